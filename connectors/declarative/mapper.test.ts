import { execFileSync } from 'node:child_process';
import { afterEach, expect, test } from '@jest/globals';
import { Mapper, type MapperLimits } from './mapper.js';
import { limits, MappingProcess, MappingStopped } from './mapping-process.js';
import { mappingFault } from './mapping-text.js';

const open: Mapper[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

function mapperOf(mapping: string, limits?: MapperLimits): Mapper {
  const mapper = new Mapper({ mapping, each: undefined }, limits);
  open.push(mapper);
  return mapper;
}
const rowsOf = (...values: unknown[]) => values.map((value, i) => ({ value, number: i + 1 }));
const NONE = { bindings: {} };

/** How long this process itself was busy until `work` ended, in milliseconds of its processor's time: however busy the machine is with others. */
async function busyUntil(work: Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work;
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

test('rows are mapped one by one, and a row that fails is told apart from the others', async () => {
  const mapper = mapperOf('{"v": $number(v), "row": $row, "topic": $topic, "all": $count($document)}');
  const mapped = await mapper.map(rowsOf({ v: '1.5' }, { v: 'x' }, { v: '3' }), {
    document: [1, 2, 3],
    bindings: { topic: 'a/b' },
  });
  expect(mapped).toEqual([
    { out: { v: 1.5, row: 1, topic: 'a/b', all: 3 } },
    { fault: { reason: 'mapping-failed', message: expect.stringMatching(/x/) } },
    { out: { v: 3, row: 3, topic: 'a/b', all: 3 } },
  ]);
});

const RUNAWAYS: readonly (readonly [name: string, mapping: string, value: unknown])[] = [
  ['a loop without end', '($f := function($x){ $f($x + 1) }; $f(0))', {}],
  ['a recursion without end', '($f := function($x){ 1 + $f($x) }; $f(0))', {}],
  ['a sequence of a thousand million', '[1..1000000000]', {}],
  ['many sequences in each other', '[1..9999].([1..9999].([1..9999]))', {}],
  ['a string of gigabytes', '$pad("x", 2000000000)', {}],
  ['a string that doubles', '($f := function($s){ $f($s & $s) }; $length($f("xxxxxxxx")))', {}],
  ['an array that doubles', '($f := function($a){ $f($append($a, $a)) }; $f([1, 2]))', {}],
  [
    'an object that grows',
    '($f := function($o, $i){ $f($merge([$o, {$string($i): [1..5000]}]), $i + 1) }; $f({}, 0))',
    {},
  ],
  ['sorting without end', '[1..9999]^($sum([1..9999].$))', {}],
];

test.each(RUNAWAYS)('%s is stopped, and the next row and this process go on', async (_name, mapping, value) => {
  const mapper = mapperOf(`runaway ? ${mapping} : {"fine": true}`);
  const work = mapper.map(rowsOf({ runaway: false }, { runaway: true, value }, { runaway: false }), NONE);
  const other = mapperOf('{"also": "fine"}').map(rowsOf({}), NONE);
  const busy = await busyUntil(work);
  const [before, stopped, after] = await work;
  expect([before, after]).toEqual([{ out: { fine: true } }, { out: { fine: true } }]);
  expect(stopped).toEqual({
    fault: { reason: expect.stringMatching(/^mapping-/), message: expect.stringMatching(/\w/) },
  });
  expect(await other).toEqual([{ out: { also: 'fine' } }]);
  expect(busy).toBeLessThan(1000);
});

test('an expression that would take years with backtracking is matched at once', async () => {
  const mapper = mapperOf(
    '{"found": $contains(v, /^(a+)+$/), "words": $match(v, /(\\w+)b/).groups, "new": $replace("1-2", /(\\d)-(\\d)/, "$2-$1")}',
  );
  const startedAt = performance.now();
  const mapped = await mapper.map(rowsOf({ v: `${'a'.repeat(50_000)}b!` }), NONE);
  expect(mapped).toEqual([{ out: { found: false, words: ['a'.repeat(50_000)], new: '2-1' } }]);
  expect(performance.now() - startedAt).toBeLessThan(5000);
  expect(mappingFault('$contains(v, /(a)\\1/)')).toMatch(/linear time/);
});

test('a row that only a kill can stop is stopped; after three of them the rest is refused untried', async () => {
  // One call of a function that is quadratic: JSONata's own limits are not asked while it runs.
  const mapper = mapperOf('$count($distinct([1..99999]))', { rowMs: 700, inputMs: 60_000 });
  const work = mapper.map(rowsOf(1, 2, 3, 4, 5), NONE);
  expect(await busyUntil(work)).toBeLessThan(1000);
  const stopped = { reason: 'mapping-stopped', message: 'the mapping was stopped: it gave no result within 0.7 s' };
  const untried = { reason: 'mapping-stopped', message: 'not tried: it was stopped 3 times in this input' };
  expect((await work).map(({ fault }) => fault)).toEqual([stopped, stopped, stopped, untried, untried]);
});

test('the process of a mapping may read no file and start no process; without its limits it could', () => {
  const attempt =
    "const said = []; for (const f of [() => require('fs').readFileSync('/etc/hostname'), () => require('child_process').execSync('true')]) try { f(); said.push('done') } catch (e) { said.push(e.code) } console.log(said.join())";
  const run = (flags: readonly string[]): string =>
    execFileSync(process.execPath, [...flags, '-e', attempt], { env: {}, encoding: 'utf8' }).trim();
  expect(run(limits())).toBe('ERR_ACCESS_DENIED,ERR_ACCESS_DENIED');
  expect(run([])).toBe('done,done');
});

test('a limit on the whole input ends it too, and every row is answered', async () => {
  const mapper = mapperOf('$sum([1..3000].($sum([1..50])))', { rowMs: 1500, inputMs: 300 });
  const mapped = await mapper.map(rowsOf(...Array.from({ length: 500 }, (_, i) => i)), NONE);
  expect(mapped).toHaveLength(500);
  expect(mapped.at(-1)).toEqual({
    fault: { reason: 'mapping-stopped', message: 'not tried: the input as a whole took too long' },
  });
});

test.each([
  ['$eval', '$eval("1+1")'],
  ['a constructor', 'v.constructor.constructor("return process")()'],
  ['a prototype', '$lookup(v, "__proto__").polluted'],
  ['a global', '$process.env'],
  ['require', '$require("fs")'],
])('%s leads nowhere', async (_name, mapping) => {
  const [answer] = await mapperOf(`{"got": ${mapping}}`).map(rowsOf({ v: { a: 1 } }), NONE);
  expect(answer?.fault ? {} : (answer as { out: object }).out).toEqual({});
});

test('a closed mapper throws what was under way, and leaves no process', async () => {
  const mapper = mapperOf('($f := function($x){ $f($x + 1) }; $f(0))');
  const work = mapper.map(rowsOf({}), NONE);
  const refused = expect(work).rejects.toThrow('closed');
  setImmediate(() => mapper.close());
  await refused;
});

test('a process that is ended from outside is no fault of the data; one that dies of its own memory is', async () => {
  const endless = '($f := function($x){ $f($x + 1) }; $f(0))';
  const ended = new MappingProcess({ mapping: endless, each: undefined });
  await ended.next(10_000);
  ended.send({ rows: rowsOf({}), bindings: {} });
  setTimeout(() => process.kill(ended.pid as number, 'SIGTERM'), 50);
  const failure = await ended.next(10_000).catch((error: unknown) => error);
  expect(failure).not.toBeInstanceOf(MappingStopped);
  expect(String(failure)).toContain('was ended by SIGTERM');
  const hungry = '$length($pad("x", 50000000))';
  const [answer] = await mapperOf(hungry, { rowMs: 30_000, inputMs: 30_000 }).map(rowsOf({}), NONE);
  expect(answer).toEqual({
    fault: { reason: 'mapping-stopped', message: 'the mapping was stopped: it needed more than 128 MB' },
  });
});
