import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type IPublishPacket, MqttClient } from 'mqtt';
import { z } from 'zod';
import { messageOf } from '../../../model/errors.js';
import type { FeedContext } from '../../connector.js';
import type { Outbound } from '../../outbound.js';
import { secret } from '../settings.js';
import { MqttStream } from './mqtt-stream.js';

/** Topic (64 kB) and properties of a PUBLISH, beside its payload. */
const HEADER_BYTES = 68_000;
const DRAIN_MS = 3000;
const DISCONNECT = Buffer.from([0xe0, 0]);
/** Given to the client's pump in place of success: it goes on to the next message and sends no PUBACK of its own. */
const ACKNOWLEDGED_HERE = new Error('acknowledged by the session');

/** How a feed reaches its broker; part of the feed's settings. */
export const mqttSettings = z.strictObject({
  /** mqtt://host:port or mqtts://host:port. */
  url: z.string().refine(isBrokerUrl, { error: 'mqtt://host:port or mqtts://host:port, credentials apart' }),
  version: z.enum(['3.1.1', '5']).default('3.1.1'),
  /** The session's name at the broker: no other client may use it, and another name loses what waits there. */
  clientId: z.string().regex(/^[\w.-]{1,64}$/, { error: 'letters, digits, . _ - only' }),
  topics: z.array(z.string().min(1)).min(1),
  username: secret.optional(),
  password: secret.optional(),
  /** PEM texts; without `ca` the system's authorities count. A broker's certificate is always checked. */
  tls: z
    .strictObject({
      ca: secret.optional(),
      cert: secret.optional(),
      key: secret.optional(),
      serverName: z.string().optional(),
    })
    .default({}),
  keepaliveSeconds: z.int().min(5).max(3600).default(60),
  /** Until the subscription stands. */
  connectTimeoutMs: z.int().min(100).max(60_000).default(10_000),
  /** How long the broker keeps what arrives while the hub is away. MQTT 5 only: with 3.1.1 the broker decides. */
  sessionExpirySeconds: z.int().min(60).max(0xfffffffe).default(604_800),
  /** A longer payload comes cut to one byte more, so that its reader refuses it. */
  maxMessageBytes: z.int().min(1024).max(16_000_000).default(262_144),
  /** Messages handled at once; the broker is held back above this. */
  maxInFlight: z.int().min(1).max(1000).default(50),
});
export type MqttSettings = z.infer<typeof mqttSettings>;

export interface MqttMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** The broker's last copy of a topic, not news. */
  readonly retained: boolean;
}

export interface MqttHandlers {
  /** Called in order of arrival, up to `maxInFlight` at once. Resolves once the message is safe. */
  handle(message: MqttMessage): Promise<void>;
  subscribed(): void;
}

/**
 * Subscribes with QoS 1 in a persistent session and pends until `signal` aborts; throws when the connection fails or ends.
 * PUBACKs go out in order of arrival, each after its handler resolved. When a handler rejects, neither its message nor a later
 * one is acknowledged, the connection is dropped and the rejection thrown: the broker delivers them again next time.
 */
export async function subscribeMqtt(
  settings: MqttSettings,
  handlers: MqttHandlers,
  { signal, outbound }: Pick<FeedContext, 'signal' | 'outbound'>,
): Promise<void> {
  if (signal.aborted) return;
  await new MqttSession(settings, handlers, outbound).run(signal);
}

class MqttSession {
  readonly #stream: MqttStream;
  readonly #client: MqttClient;
  readonly #ended: Promise<void>;
  #end: (failure?: Error) => void = () => {};
  #acknowledged: Promise<void> = Promise.resolve();
  #inFlight = 0;
  #next: (() => void) | undefined;
  #heard = false;
  #closing = false;

  constructor(
    private readonly settings: MqttSettings,
    private readonly handlers: MqttHandlers,
    outbound: Outbound | undefined,
  ) {
    this.#ended = new Promise((resolve, reject) => {
      this.#end = (failure) => (failure ? reject(failure) : resolve());
    });
    this.#stream = openStream(settings, outbound);
    this.#client = new MqttClient(() => this.#stream, clientOptions(settings));
    this.#client.handleMessage = (packet, next) => this.#receive(packet, () => next?.(ACKNOWLEDGED_HERE));
    this.#client.on('connect', () => this.#subscribe());
    this.#stream.on('error', (error) => this.#broken(error));
    this.#client.on('error', (error) => this.#broken(error));
    this.#client.on('disconnect', ({ reasonCode }) =>
      this.#broken(new Error(`the broker said goodbye (${reasonCode})`)),
    );
    this.#client.on('close', () =>
      this.#broken(new Error(`the connection ended; no other client may use the id ${settings.clientId}`)),
    );
  }

  async run(signal: AbortSignal): Promise<void> {
    const limit = setTimeout(() => {
      if (!this.#heard) this.#broken(new Error(`no subscription within ${this.settings.connectTimeoutMs} ms`));
    }, this.settings.connectTimeoutMs);
    const stop = (): void => this.#end();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await this.#ended;
    } finally {
      clearTimeout(limit);
      signal.removeEventListener('abort', stop);
      await this.#close();
    }
  }

  #subscribe(): void {
    // With MQTT 5 a session that is resumed does not get the retained messages once more (clause 3.8.3.1).
    const options = this.settings.version === '5' ? { qos: 1 as const, rh: 1 } : { qos: 1 as const };
    this.#client.subscribe(this.settings.topics, options, (error, granted) => {
      if (error) return this.#broken(error);
      const weak = granted?.find(({ qos }) => qos !== 1);
      if (weak) return this.#broken(new Error(`the broker grants ${weak.topic} without QoS 1`));
      this.#heard = true;
      this.handlers.subscribed();
    });
  }

  #receive(packet: IPublishPacket, next: () => void): void {
    if (this.#closing) return;
    // What waits in a session may come before the subscription is confirmed, and take its time.
    this.#heard = true;
    this.#inFlight += 1;
    const handled = this.#handle(packet);
    this.#acknowledged = Promise.all([handled, this.#acknowledged]).then(() => this.#acknowledge(packet));
    this.#acknowledged.catch((error: unknown) =>
      this.#end(error instanceof Error ? error : new Error(messageOf(error))),
    );
    void handled.catch(() => {}).then(() => this.#finished());
    if (this.#inFlight < this.settings.maxInFlight) next();
    else this.#next = next;
  }

  async #handle({ topic, payload, retain }: IPublishPacket): Promise<void> {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    await this.handlers.handle({
      topic,
      payload: bytes.subarray(0, this.settings.maxMessageBytes + 1),
      retained: retain,
    });
  }

  #finished(): void {
    this.#inFlight -= 1;
    const next = this.#next;
    this.#next = undefined;
    next?.();
  }

  /** PUBACK without reason code: the same four bytes in MQTT 3.1.1 (clause 3.4) and 5. */
  #acknowledge({ qos, messageId }: IPublishPacket): void {
    if (qos !== 1 || messageId === undefined || this.#stream.writableEnded || this.#stream.destroyed) return;
    this.#stream.write(Buffer.from([0x40, 2, messageId >> 8, messageId & 0xff]));
  }

  /** Takes nothing more, gives what is under way a moment to be acknowledged, and leaves the session at the broker. */
  async #close(): Promise<void> {
    this.#closing = true;
    await within(DRAIN_MS, this.#acknowledged);
    if (!this.#stream.destroyed)
      await within(500, new Promise<void>((done) => void this.#stream.end(DISCONNECT, () => done())));
    await within(500, new Promise<void>((done) => void this.#client.end(true, {}, () => done())));
    this.#stream.destroy();
  }

  /** The link's own failures, on one line, with the broker's address. */
  #broken(failure: Error): void {
    const { hostname, port } = new URL(this.settings.url);
    const code: unknown = Reflect.get(failure, 'code');
    // A host with several addresses fails with an AggregateError, whose message is empty.
    const reason = failure.message || (typeof code === 'string' ? code : 'cannot be reached');
    const text = `mqtt broker ${hostname}${port && `:${port}`}: ${reason.replace(/\s+/g, ' ').slice(0, 300)}`;
    this.#end(new Error(text, { cause: failure }));
  }
}

function clientOptions(settings: MqttSettings): ConstructorParameters<typeof MqttClient>[1] {
  const five = settings.version === '5';
  return {
    protocolId: 'MQTT',
    protocolVersion: five ? 5 : 4,
    clientId: settings.clientId,
    clean: false,
    // The runtime decides when to come back.
    reconnectPeriod: 0,
    resubscribe: false,
    keepalive: settings.keepaliveSeconds,
    connectTimeout: settings.connectTimeoutMs,
    ...(settings.username === undefined ? {} : { username: settings.username }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    // No maximumPacketSize: a broker drops what is larger and says nothing.
    ...(five
      ? {
          properties: {
            sessionExpiryInterval: settings.sessionExpirySeconds,
            receiveMaximum: settings.maxInFlight,
          },
        }
      : {}),
  };
}

function openStream(settings: MqttSettings, outbound: Outbound | undefined): MqttStream {
  const { protocol, hostname, port } = new URL(settings.url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const { serverName, ...pem } = settings.tls;
  const secure = protocol === 'mqtts:';
  const address = {
    host,
    port: Number(port || (secure ? 8883 : 1883)),
    ...(outbound ? { lookup: outbound.lookup } : {}),
  };
  outbound?.check(address.host, address.port);
  const socket = secure ? connectTls({ ...address, servername: serverName ?? host, ...pem }) : connectTcp(address);
  return new MqttStream(socket, settings.maxMessageBytes + HEADER_BYTES);
}

function isBrokerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return /^mqtts?:$/.test(protocol) && hostname !== '' && username === '' && password === '';
}

/** Waits for a promise however it settles, at most `ms`. */
async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((done) => {
    timer = setTimeout(done, ms);
  });
  await Promise.race([promise.catch(() => {}), limit]);
  clearTimeout(timer);
}
