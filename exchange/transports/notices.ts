import { type IClientOptions, MqttClient } from 'mqtt';
import type { Dial } from '../../connectors/shared/calls/http-call.js';
import type { Party } from '../../model/exchange.js';
import type { MadeFile } from './file-drop-folders.js';
import type { NoticeSettings } from './notice-settings.js';
import { brokerSocket } from './notice-socket.js';
import { NoticeJudge, noticeOf, type Worthless } from './wis2-message.js';

/** Not yet confirmed by the broker; what comes beyond is not published. */
const MOST_WAITING = 500;
/** However many notifications come, the fetcher is woken so often at most. */
const WAKE_MS = 1000;
const STOP_MS = 2000;

export interface NoticeOptions {
  readonly settings: NoticeSettings;
  readonly own: Party;
  readonly peer: Party;
  /** The hub's rules of where it may connect to. */
  readonly dial?: Dial | undefined;
  now(): Date;
}

export interface NoticeCounts {
  published: number;
  /** Not published, for too many waited: the other side finds the files at its next look. */
  dropped: number;
  received: number;
  woken: number;
  readonly ignored: Record<Worthless | 'retained', number>;
}

/**
 * Tells the other side over MQTT (QoS 1) that a bundle lies ready, and listens for its word. Nothing depends on it: a notification carries
 * nothing that counts, and one that is forged or lost costs at most a look too many or a look later. Comes back by itself.
 */
export class Notices {
  readonly counts: NoticeCounts = {
    published: 0,
    dropped: 0,
    received: 0,
    woken: 0,
    ignored: { 'too-long': 0, 'no-json': 0, 'bad-shape': 0, 'other-peer': 0, 'wrong-time': 0, retained: 0 },
  };
  /** Why there is no connection; undefined while there is one. */
  fault: string | undefined = 'not started';
  readonly #judge: NoticeJudge;
  #started = false;
  #look: () => void = () => {};
  #client: MqttClient | undefined;
  /** To be published, and published but not confirmed. */
  #waiting: string[] = [];
  readonly #underWay = new Set<string>();
  #attempts = 0;
  #again: NodeJS.Timeout | undefined;
  #wake: NodeJS.Timeout | undefined;
  #wokenAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: NoticeOptions) {
    this.#judge = new NoticeJudge(options.peer, options.own, options.settings.schema);
  }

  /** `wake`: go and look at once. */
  start(wake: () => void): void {
    this.#started = true;
    this.#look = wake;
    this.#connect();
  }

  /** Publishes that the file lies ready, now or once there is a connection. */
  announce(file: MadeFile): void {
    const { publish, base } = this.options.settings;
    if (publish === undefined || base === undefined || !this.#started) return;
    if (this.#waiting.length + this.#underWay.size >= MOST_WAITING) {
      this.counts.dropped++;
      return;
    }
    this.#waiting.push(noticeOf(file, base, this.options.now()));
    if (this.#client?.connected) this.#publish(this.#client, publish);
  }

  async stop(): Promise<void> {
    this.#started = false;
    const client = this.#client;
    this.#client = undefined;
    clearTimeout(this.#again);
    clearTimeout(this.#wake);
    if (!client) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((done) => {
      timer = setTimeout(done, STOP_MS);
    });
    await Promise.race([client.endAsync(!client.connected).catch(() => {}), late]);
    clearTimeout(timer);
  }

  #connect(): void {
    const { settings } = this.options;
    let failure: string | undefined;
    const broken = (error: Error): void => {
      failure ??= error.message || 'cannot be reached';
    };
    const client = new MqttClient(
      () => brokerSocket(settings, this.options.dial).on('error', broken),
      clientOptions(settings),
    );
    this.#client = client;
    client.on('connect', () => this.#connected(client));
    client.on('message', (_topic, payload, { retain }) => this.#heard(payload, retain));
    client.on('error', broken);
    client.on('close', () => this.#comeBack(client, failure));
  }

  #connected(client: MqttClient): void {
    this.#attempts = 0;
    this.fault = undefined;
    const { subscribe, publish } = this.options.settings;
    if (publish !== undefined) this.#publish(client, publish);
    if (subscribe === undefined) return;
    client.subscribe(subscribe, { qos: 1 }, (error, granted) => {
      if (this.#client !== client) return;
      if (error || granted?.some(({ qos }) => qos > 1))
        this.fault ??= `${subscribe} cannot be read: ${error?.message ?? 'the broker refuses'}`;
    });
  }

  #publish(client: MqttClient, topic: string): void {
    for (const text of this.#waiting.splice(0)) {
      this.#underWay.add(text);
      client.publish(topic, text, { qos: 1 }, (error) => {
        // After a break it is published once more.
        if (this.#client !== client || !this.#underWay.delete(text)) return;
        if (error) this.counts.dropped++;
        else this.counts.published++;
      });
    }
  }

  /** A new client each time: what was under way goes first. */
  #comeBack(client: MqttClient, failure: string | undefined): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.fault = failure ?? this.fault ?? 'the connection ended';
    this.#waiting.unshift(...this.#underWay);
    this.#underWay.clear();
    client.end(true);
    const { firstWaitMs, longestWaitMs } = this.options.settings;
    const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** this.#attempts) * (0.5 + Math.random() / 2);
    this.#attempts = Math.min(this.#attempts + 1, 20);
    this.#again = setTimeout(() => this.#connect(), wait);
  }

  #heard(payload: Buffer, retained: boolean): void {
    this.counts.received++;
    const reason = retained ? 'retained' : this.#judge.worthless(payload, this.options.now());
    if (reason !== undefined) {
      this.counts.ignored[reason]++;
      return;
    }
    if (this.#wake) return;
    const wait = Math.max(0, this.#wokenAt + WAKE_MS - performance.now());
    this.#wake = setTimeout(() => {
      this.#wake = undefined;
      this.#wokenAt = performance.now();
      this.counts.woken++;
      this.#look();
    }, wait);
  }
}

function clientOptions(settings: NoticeSettings): IClientOptions {
  const { clientId, username, password, keepaliveSeconds, connectTimeoutMs, version } = settings;
  return {
    protocolId: 'MQTT',
    protocolVersion: version === '5' ? 5 : 4,
    clientId,
    // What is missed meanwhile is found by looking.
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    keepalive: keepaliveSeconds,
    connectTimeout: connectTimeoutMs,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}
