import iconv from 'iconv-lite';
import type { StandIn } from './stand-in.js';
import { FIRE, type Story } from './story.js';

/** The generated watch tower that sees the fire. */
export const CAMERA = { device: '65420200001310000001', name: '演练·山前瞭望塔', lon: 84.57, lat: 44.13 } as const;
const PLATFORM = '65420200002000000001';

/** Story seconds between two calls; a call may take CALL_MS; retries wait from FIRST_WAIT_MS on, doubling. */
const EVERY = 20;
const SHORTEST_MS = 500;
const CALL_MS = 5000;
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 15_000;

/** A camera platform that posts GB/T 28181 notifications in GB18030: alarms while something burns, else a keepalive. */
export class CameraPlatform implements StandIn {
  readonly name = 'camera platform (GB/T 28181)';
  #abort = new AbortController();
  #done: Promise<void> = Promise.resolve();
  #serial = 0;

  /** `url`: the push address of the feed; `key`: the feed's own. */
  constructor(
    private readonly story: Story,
    private readonly now: () => Date,
    private readonly url: string,
    private readonly key: string,
  ) {}

  async start(): Promise<string> {
    this.#abort = new AbortController();
    this.#done = this.#call(this.#abort.signal);
    return this.url;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }

  async #call(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#serial += 1;
      const body = new Uint8Array(iconv.encode(this.#notification(), 'gb18030'));
      let waitMs = FIRST_WAIT_MS;
      // The same alarm again until it is answered: a refusal is an answer, "come back" and silence are not.
      while (!signal.aborted && !(await this.#post(body, signal))) {
        await pause(waitMs, signal);
        waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
      }
      await pause(Math.max(SHORTEST_MS, this.story.wallMs(EVERY)), signal);
    }
  }

  async #post(body: Uint8Array<ArrayBuffer>, stop: AbortSignal): Promise<boolean> {
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/xml' },
        body,
        signal: AbortSignal.any([stop, AbortSignal.timeout(CALL_MS)]),
      });
      await response.body?.cancel();
      return response.status < 500;
    } catch {
      return false;
    }
  }

  #notification(): string {
    const { fire, seconds } = this.story.scene();
    const head = `<?xml version="1.0" encoding="GB18030"?>\n<Notify>\n`;
    if (!fire)
      return `${head}<CmdType>Keepalive</CmdType>\n<SN>${this.#serial}</SN>\n<DeviceID>${PLATFORM}</DeviceID>\n<Status>OK</Status>\n</Notify>\n`;
    const flames = seconds >= 150;
    return `${head}<CmdType>Alarm</CmdType>
<SN>${this.#serial}</SN>
<DeviceID>${CAMERA.device}</DeviceID>
<AlarmPriority>${flames ? 1 : 2}</AlarmPriority>
<AlarmMethod>5</AlarmMethod>
<AlarmTime>${beijing(this.now())}</AlarmTime>
<AlarmDescription>${flames ? '【演练】发现明火，正在蔓延' : '【演练】疑似烟雾，请核查'}</AlarmDescription>
<Longitude>${FIRE.lon}</Longitude>
<Latitude>${FIRE.lat}</Latitude>
</Notify>
`;
  }
}

const beijing = (time: Date): string => new Date(time.getTime() + 8 * 3_600_000).toISOString().slice(0, 19);

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}
