import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import ssh2 from 'ssh2';
import { CITY, Desk, type End, ends, PREFECTURE, Sender } from '../../tests/support/drop-ends.js';
import { SFTP_USER, SftpServer } from '../../tests/support/sftp-server.js';
import { tempFolders } from '../../tests/support/temp-folder.js';
import { fileDropSettings } from './file-drop-settings.js';
import { fingerprint, SftpStore } from './file-store-sftp.js';

const folders = tempFolders();
afterAll(() => folders.clear());
const never = new AbortController().signal;
const NOW = new Date('2026-11-26T00:10:00.000Z');
const SSHD = '/usr/sbin/sshd';

/** Both ends over one server: bundles up, receipts and acks down, and the same once more. */
async function carryBothWays(place: object): Promise<void> {
  const { city, prefecture } = ends(place, () => NOW);
  const [sender, desk, office] = [new Sender(CITY, PREFECTURE), new Desk(), new Desk()];
  try {
    const bundle = sender.next();
    // The second time in place of the first.
    for (const each of [bundle, bundle, sender.next()]) await city.drop.send(each, 0, never);
    await prefecture.drop.fetch(desk, never);
    await city.drop.fetch(office, never);
    expect(desk.taken.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(office.heard.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(city.reports.map((report) => 'accepted' in report && report.accepted)).toEqual([true, true]);
  } finally {
    await Promise.all([city, prefecture].map(({ drop }: End) => drop.close()));
  }
}

describe('a road of files behind SFTP', () => {
  let root: string;
  let server: SftpServer;
  let place: {
    kind: string;
    host: string;
    port: number;
    root: string;
    hostKeys: string[];
    username: string;
    password: string;
  };
  beforeEach(async () => {
    root = folders.make();
    mkdirSync(join(root, 'drop'));
    server = new SftpServer(root);
    place = {
      kind: 'sftp',
      host: '127.0.0.1',
      port: await server.start(),
      root: '/drop',
      hostKeys: [server.hostKey],
      ...SFTP_USER,
    };
  });
  afterEach(() => server.stop());
  const store = (own: object = {}, timeoutMs = 5000): SftpStore => {
    const settings = fileDropSettings.parse({ place: { ...place, ...own } });
    if (settings.place.kind !== 'sftp') throw new Error('no SFTP');
    return new SftpStore(settings.place, timeoutMs);
  };

  test('carries bundles and answers over one connection each, and leaves no unfinished file', async () => {
    await carryBothWays(place);
    expect(server.logins).toBe(2);
    expect(readdirSync(join(root, 'drop', 'up'))).toEqual([]);
    expect(readdirSync(join(root, 'drop', 'pref/done')).length).toBe(4);
  });

  test('shows nobody else its password: the host key is looked at first', async () => {
    const other = `SHA256:${'A'.repeat(43)}`;
    await expect(store({ hostKeys: [other] }).list('in', never)).rejects.toThrow(
      `host key ${server.hostKey}, which is not pinned`,
    );
    expect(server.logins).toBe(0);
    expect(() => store({ hostKeys: [] })).toThrow();
    const failure = store({ password: 'another password' }).list('in', never);
    await expect(failure).rejects.toThrow(/^sftp 127\.0\.0\.1:\d+: .*authentication/);
    await expect(failure).rejects.not.toThrow(/another password/);
    const both = store({ hostKeys: [other, server.hostKey] });
    expect(await both.list('in', never)).toEqual([]);
    await both.close();
  });

  test('gives up within the time limit, and comes back after a cut', async () => {
    const own = store({}, 400);
    await own.write('in/a', Buffer.from('one'), never);
    server.hangs = true;
    await expect(own.list('in', never)).rejects.toThrow(/no answer within 400 ms/);
    const stop = new AbortController();
    const hanging = own.list('in', stop.signal);
    stop.abort();
    await expect(hanging).rejects.toThrow();
    server.hangs = false;
    expect((await own.read('in/a', 100, never))?.toString()).toBe('one');
    server.cut();
    // The cut is noticed now or in the call that it breaks.
    const again = await own.list('in', never).catch(() => own.list('in', never));
    expect(again).toEqual([{ name: 'a', size: 3 }]);
    await own.close();
  });

  test('reads no more than it is asked for, moves over no file, and misses what is missing without a fault', async () => {
    const own = store();
    await own.write('in/a', Buffer.from('x'.repeat(100_000)), never);
    await own.write('done/a', Buffer.from('kept'), never);
    expect((await own.read('in/a', 10, never))?.length).toBe(11);
    expect(await own.read('in/none', 10, never)).toBeUndefined();
    expect(await own.move('in/a', 'done/a', never)).toBe(false);
    expect(await own.move('in/a', 'done/b', never)).toBe(true);
    expect([readFileSync(join(root, 'drop/done/a'), 'utf8'), readdirSync(join(root, 'drop/in'))]).toEqual(['kept', []]);
    await own.remove('done/b', never);
    await own.remove('done/b', never);
    expect(server.logins).toBe(1);
    await own.close();
    await expect(store({ root: '/nowhere' }).list('in', never)).rejects.toThrow(/there is no folder \/nowhere/);
  });
});

// OpenSSH itself, where the machine has it and has made its folder; elsewhere this one is skipped.
(existsSync(SSHD) && existsSync('/run/sshd') ? test : test.skip)(
  'the road goes to an OpenSSH server with a key',
  async () => {
    const root = folders.make();
    const [host, user] = [ssh2.utils.generateKeyPairSync('ed25519'), ssh2.utils.generateKeyPairSync('ed25519')];
    const config = join(root, 'sshd_config');
    writeFileSync(join(root, 'host'), host.private, { mode: 0o600 });
    writeFileSync(join(root, 'authorized'), `${user.public}\n`, { mode: 0o600 });
    mkdirSync(join(root, 'drop'));
    const lines = [
      `HostKey ${join(root, 'host')}`,
      `AuthorizedKeysFile ${join(root, 'authorized')}`,
      'StrictModes no',
      'UsePAM no',
      'PidFile none',
      'PasswordAuthentication no',
      'PermitRootLogin yes',
      `ForceCommand internal-sftp`,
      'Subsystem sftp internal-sftp',
    ];
    writeFileSync(config, lines.join('\n'));
    // One sshd for each connection, as inetd starts it.
    const server: Server = createServer({ pauseOnConnect: true }, (socket) => {
      spawn(SSHD, ['-i', '-f', config], { stdio: [socket, socket, 'ignore'] }).on('exit', () => socket.destroy());
    });
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    const parsed = ssh2.utils.parseKey(host.private);
    if (parsed instanceof Error) throw parsed;
    try {
      await carryBothWays({
        kind: 'sftp',
        host: '127.0.0.1',
        port: (server.address() as AddressInfo).port,
        username: userInfo().username,
        privateKey: user.private,
        hostKeys: [fingerprint(parsed.getPublicSSH())],
        root: join(root, 'drop'),
      });
      expect(readdirSync(join(root, 'drop', 'pref/done')).length).toBe(4);
    } finally {
      await new Promise((done) => server.close(done));
    }
  },
);
