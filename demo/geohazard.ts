import type { MqttClient } from 'mqtt';
import { gateway, LoopbackBroker } from './mqtt-broker.js';
import type { DemoPart, DemoWorld } from './part.js';
import type { StandIn } from './stand-in.js';
import type { Scene, Story } from './story.js';

/** Generated slopes in the southern mountains; `child` is a second device behind the gateway of the first. */
export const SLOPES = [
  { device: '90000101', child: '90000102', name: '演练·南山一号坡', lon: 84.78, lat: 43.98, share: 1 },
  { device: '90000201', child: '90000202', name: '演练·南山二号坡', lon: 84.86, lat: 43.86, share: 0.55 },
  { device: '90000301', child: '90000302', name: '演练·南山三号坡', lon: 84.66, lat: 44.02, share: 0.2 },
  { device: '90000401', child: '90000402', name: '演练·南山四号坡', lon: 84.81, lat: 43.74, share: 0.05 },
] as const;
type Slope = (typeof SLOPES)[number];

/** Story seconds between two messages of a slope. */
const EVERY = 10;
const SHORTEST_MS = 500;

/** The natural resources bureau: its network of slope monitors. */
export const naturalResources = ({ story, now }: DemoWorld): DemoPart => ({
  sources: { broker: new GeohazardNetwork(story, now) },
});

/** The sensors' broker (MQTT 3.1.1, sessions in memory) and the gateways of four slopes publishing to `$dp` with QoS 1. */
export class GeohazardNetwork implements StandIn {
  readonly name = 'slope sensors (MQTT)';
  readonly #broker = new LoopbackBroker();
  #gateways: MqttClient[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly story: Story,
    private readonly now: () => Date,
  ) {}

  async start(): Promise<string> {
    const url = await this.#broker.start();
    for (const { device } of SLOPES) this.#gateways.push(await gateway(url, `gateway-${device}`));
    const publish = (): void => void this.#publish();
    this.#timer = setInterval(publish, Math.max(SHORTEST_MS, this.story.wallMs(EVERY)));
    publish();
    return url;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#gateways.map((each) => each.endAsync(true)));
    this.#gateways = [];
    await this.#broker.stop();
  }

  async #publish(): Promise<void> {
    const scene = this.story.scene();
    const publishing = SLOPES.map((slope, at) => {
      const client = this.#gateways[at];
      // A gateway without its broker measures on; what it could not send by now is past.
      if (!client?.connected) return undefined;
      return client.publishAsync('$dp', JSON.stringify(message(slope, scene, this.now())), { qos: 1 });
    });
    await Promise.allSettled(publishing);
  }
}

/** What a slope's gateway says at one moment: its own points and those of its child device. */
function message(slope: Slope, scene: Scene, now: Date): unknown {
  const time = now.toISOString();
  const creep = scene.creepMillimetres * slope.share;
  // Millimetres of noise, the same for the same moment.
  const noise = (seed: number): number => Math.sin(scene.seconds * 0.7 + seed * 2.1) * 0.3;
  const at = <T>(value: T): Record<string, T> => ({ [time]: value });
  return {
    [slope.device]: {
      L1_GP_1: at({
        gpsTotalX: round(creep * 0.8 + noise(1)),
        gpsTotalY: round(creep * 0.4 + noise(2)),
        gpsTotalZ: round(creep * -0.6 + noise(3)),
      }),
      // Millimetres in ten minutes.
      L3_YL_1: at(round(scene.rainMmPerHour / 6)),
      S1_ZT_1: at({
        ext_power_volt: round(12.4 + noise(4) / 3),
        battery_dump_energy: 96,
        temp: round(scene.airTemperatureCelsius + 3),
        humidity: Math.min(99, round(45 + scene.rainMmPerHour)),
        sw_version: 'demo',
        sensor_state: { L1_GP_1: 0, L3_YL_1: 0 },
      }),
    },
    [slope.child]: {
      L1_LF_1: at(round(20 + creep * 0.9 + noise(5) / 3)),
      L1_QJ_1: at({ X: round(creep * 0.02), Y: round(creep * 0.01), Z: round(90 - creep * 0.01) }),
    },
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;
