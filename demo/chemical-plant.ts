import type { MqttClient } from 'mqtt';
import { methanolBase } from './chemical-base.js';
import { METHANOL, methanolMessage } from './chemical-works.js';
import { gateway, LoopbackBroker } from './mqtt-broker.js';
import type { StandIn } from './stand-in.js';
import type { Story } from './story.js';

/** Story seconds between two messages. */
const EVERY = 8;
const SHORTEST_MS = 500;

/** The plant's broker and its gateway: its base data, retained, on `hazchem/<company>/base`, then every point to `hazchem/<company>`, with QoS 1. */
export class ChemicalPlant implements StandIn {
  readonly name = 'chemical plant (MQTT)';
  readonly #broker = new LoopbackBroker();
  #gateway: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly story: Story,
    private readonly now: () => Date,
  ) {}

  async start(): Promise<string> {
    const url = await this.#broker.start();
    this.#gateway = await gateway(url, 'plant-gateway');
    await this.#gateway.publishAsync(`hazchem/${METHANOL.company}/base`, JSON.stringify(methanolBase), {
      qos: 1,
      retain: true,
    });
    const publish = (): void => void this.#publish();
    this.#timer = setInterval(publish, Math.max(SHORTEST_MS, this.story.wallMs(EVERY)));
    publish();
    return url;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#gateway?.endAsync(true);
    this.#gateway = undefined;
    await this.#broker.stop();
  }

  async #publish(): Promise<void> {
    // What could not be sent by now is past: the plant measures on.
    if (!this.#gateway?.connected) return;
    const message = JSON.stringify(methanolMessage(this.story.scene(), this.now()));
    await this.#gateway.publishAsync(`hazchem/${METHANOL.company}`, message, { qos: 1 }).catch(() => undefined);
  }
}
