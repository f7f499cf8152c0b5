import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { DecodeError } from './decode-error.js';
import { elementsOf, readXml, readXmlDocument, textOf, textsOf } from './xml.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const reasonOf = (input: Uint8Array): string => {
  try {
    readXml(input);
    return 'read';
  } catch (error) {
    if (error instanceof DecodeError) return error.reason;
    throw error;
  }
};

describe('what is read', () => {
  test('texts stay texts, prefixes go, lists are lists, and the namespace is told', () => {
    const input = bytes('<c:a xmlns:c="urn:x"><c:n> 007 </c:n><c:l><c:m>1</c:m></c:l></c:a>');
    const document = readXmlDocument(input, { isArray: (name) => name === 'l' });
    expect(document).toEqual({ root: 'a', namespace: 'urn:x', element: { n: '007', l: [{ m: '1' }] } });
    expect(readXml(bytes('<a/>'))).toEqual({ a: { '#text': '' } });
  });
  test('numeric references, CDATA, comments and a byte order mark are understood', () => {
    expect(
      readXml(bytes('\ufeff<?xml version="1.0"?><!-- a & b --><a><b>&#x4E4C;&amp;<![CDATA[<&x;>]]></b></a>')),
    ).toEqual({
      a: { b: '乌&<&x;>' },
    });
  });
  test('a text full of references is read whole', () => {
    const text = readXmlDocument(bytes(`<a><b>${'&lt;&#20044;'.repeat(30_000)}</b></a>`)).element.b;
    expect(text).toBe('<乌'.repeat(30_000));
  });
  test('attributes come only when asked for', () => {
    expect(readXml(bytes('<a><b c="1"/></a>'))).toEqual({ a: { b: '' } });
    expect(readXml(bytes('<a><b c="1"/></a>'), { attributes: true })).toEqual({ a: { b: { '@c': '1' } } });
  });
  test.each(['GB2312', 'gbk', 'GB18030'])('%s text is read right where it is declared', (name) => {
    const text = `<?xml version="1.0" encoding="${name}"?><a><b>乌苏市山洪</b></a>`;
    expect(readXml(iconv.encode(text, 'gb18030'))).toEqual({ a: { b: '乌苏市山洪' } });
  });
  test('UTF-16 is read right with its byte order mark', () => {
    const little = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('<a><b>乌苏</b></a>', 'utf16le')]);
    expect(readXml(little)).toEqual({ a: { b: '乌苏' } });
    expect(readXml(Buffer.from(little).swap16())).toEqual({ a: { b: '乌苏' } });
  });
  test('helpers find one text, all texts and all elements, and refuse a repeated one', () => {
    const { element } = readXmlDocument(bytes('<a><b>1</b><b>2</b><c><d/></c><e/></a>'));
    expect([
      textsOf(element, 'b'),
      elementsOf(element, 'c'),
      textOf(element, 'e'),
      textOf(element, 'toString'),
    ]).toEqual([['1', '2'], [{ d: '' }], '', undefined]);
    expect(() => textOf(element, 'b')).toThrow('<b> occurs more than once');
  });
});

describe('what is refused, and why', () => {
  const gb = (text: string): Uint8Array => iconv.encode(text, 'gb18030');
  test.each<[string, string, Uint8Array]>([
    ['a DOCTYPE', 'doctype', bytes('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')],
    ['a DOCTYPE behind UTF-16', 'doctype', Buffer.from('\ufeff<!DOCTYPE a><a/>', 'utf16le')],
    ['an HTML page', 'malformed', bytes('<!DOCTYPE html><html><body>502</body></html>')],
    ['JSON', 'malformed', bytes('{"a":1}')],
    ['nothing', 'malformed', bytes('  ')],
    ['a cut document', 'truncated', bytes('<alert><info>abc')],
    ['a document cut in a character', 'truncated', bytes('<a>乌').subarray(0, 4)],
    ['two roots', 'malformed', bytes('<a/><b/>')],
    ['text after the end', 'malformed', bytes('<a></a>x')],
    ['crossed tags', 'malformed', bytes('<a><b></a></b>')],
    ['an unknown entity', 'malformed', bytes('<a>&nbsp;</a>')],
    ['a reference to a zero', 'malformed', bytes('<a>&#0;</a>')],
    ['a control character', 'malformed', bytes('<a>\u0001</a>')],
    ['a prototype name', 'malformed', bytes('<a><__proto__>1</__proto__></a>')],
    ['undeclared GB18030', 'bad-encoding', gb('<a>乌苏市</a>')],
    ['declared GB2312 that is UTF-8', 'bad-encoding', bytes('<?xml version="1.0" encoding="GB2312"?><a>乌苏市</a>')],
    ['declared UTF-8 that is GB18030', 'bad-encoding', gb('<?xml version="1.0" encoding="UTF-8"?><a>乌苏市</a>')],
    ['an unknown encoding', 'bad-encoding', bytes('<?xml version="1.0" encoding="Big5"?><a/>')],
    ['over-long UTF-8', 'bad-encoding', Buffer.concat([bytes('<a>'), Buffer.from([0xc0, 0xbc]), bytes('</a>')])],
    ['UTF-16 without a mark', 'bad-encoding', Buffer.from('<a/>', 'utf16le')],
    ['more than a megabyte', 'too-large', Buffer.alloc(1_000_001, 32)],
  ])('%s: %s', (_what, reason, input) => expect(reasonOf(input)).toBe(reason));
});

test.each([
  ['tags', `<a>${'<b/>'.repeat(240_000)}</a>`],
  ['depth', '<a>'.repeat(9_000) + '</a>'.repeat(9_000)],
  ['attributes', `<a ${Array.from({ length: 90_000 }, (_, i) => `a${i}=""`).join(' ')}/>`],
  ['open comments', `<a>${'<!--'.repeat(240_000)}`],
  ['few open comments and much text', `<a>${`<!--${' '.repeat(12)}`.repeat(59_000)}`],
  ['references', `<a>${'&lt;'.repeat(240_000)}</a>`],
  ['spaces', `<a${' '.repeat(990_000)}>`],
  ['quotes', `<a b="${"'".repeat(990_000)}`],
])('a megabyte of %s takes no longer than a few seconds', (_what, text) => {
  const started = performance.now();
  reasonOf(bytes(text));
  expect(performance.now() - started).toBeLessThan(5000);
});

test('whatever the bytes, it reads or throws DecodeError', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (input) => void reasonOf(input)));
  const piece = fc.constantFrom(
    '<a>',
    '</a>',
    '<b c="d">',
    '</b>',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '&amp;',
    '&',
    '乌',
    '<?x',
    '?>',
    '"',
    '/',
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => void reasonOf(bytes(pieces.join('')))));
});
test('cut at any byte, a document is refused and never half read', () => {
  const whole = Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\n<alert><info><event>暴雨</event></info></alert>');
  for (let at = 0; at < whole.length; at += 1) expect(reasonOf(whole.subarray(0, at))).not.toBe('read');
});
