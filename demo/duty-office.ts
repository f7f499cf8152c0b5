import type { DemoPart, DemoWorld } from './part.js';
import type { StandIn } from './stand-in.js';
import type { Story } from './story.js';

const CALL_MS = 5000;
const WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

const FILE = `mutation File($input: FileIncidentReportInput!) {
  fileIncidentReport(input: $input) {
    __typename
    ... on IncidentReportFiled { repeated incident { id } }
    ... on IncidentReportOutOfOrder { reason }
  }
}`;

interface Step {
  /** Story seconds. */
  readonly at: number;
  readonly say: (now: Date) => Readonly<Record<string, unknown>>;
}
/** The river rises past its guarantee level; the office reports by telephone, in writing, goes on, and closes the case. */
const STEPS: readonly Step[] = [
  {
    at: 215,
    say: (now) => ({
      kind: 'FIRST',
      medium: 'PHONE',
      title: '演练·奎屯河大桥下游洪水围困',
      class: '10100',
      level: 'IV',
      occurredAt: new Date(now.getTime() - 60_000).toISOString(),
      position: { type: 'Point', coordinates: [84.76, 44.2] },
      address: '演练·奎屯河大桥下游左岸',
      text: '【演练】河水上涨，两名牧民和羊群被困河滩，已通知救援队。',
      casualties: { trapped: 2 },
    }),
  },
  {
    at: 240,
    say: () => ({
      kind: 'FIRST',
      medium: 'WRITTEN',
      text: '【演练】书面首报：奎屯河水位超警，左岸河滩被淹，被困2人，消防救援站已出动。',
      casualties: { trapped: 2, affected: 12 },
      measures: '救援站2车9人赶赴现场；下游桥梁临时封闭。',
    }),
  },
  {
    at: 300,
    say: () => ({
      kind: 'FOLLOW_UP',
      level: 'III',
      text: '【演练】续报：水位继续上涨，被困2人已救出1人，转移下游群众36人。',
      casualties: { trapped: 1, evacuated: 36, affected: 48 },
      measures: '增派冲锋舟1艘。',
    }),
  },
  {
    at: 380,
    say: (now) => ({
      kind: 'FOLLOW_UP',
      text: '【演练】续报：被困人员全部救出，水位回落，处置结束。',
      casualties: { trapped: 0, dead: 0, missing: 0, injured: 1, evacuated: 36 },
      responseEndedAt: now.toISOString(),
    }),
  },
  {
    at: 430,
    say: () => ({
      kind: 'FINAL',
      text: '【演练】终报：此次洪水围困2人全部获救，轻伤1人，无人员死亡失踪。',
      casualties: { dead: 0, missing: 0, injured: 1, trapped: 0, evacuated: 36, affected: 48 },
      lossYuan: 120_000,
    }),
  },
];

/** The emergency bureau's duty office, which files by the hub's own API. */
export const dutyOffice = ({ story, now, adminKey }: DemoWorld): DemoPart => ({
  devices: [
    {
      feedId: 'emergency/incident-reports',
      create: (path, hubUrl) => new DutyOffice(story, now, new URL(path, hubUrl).href, adminKey),
    },
  ],
});

/** Files 首报, 续报 and 终报 over HTTP, each under a key of its own, again until it is answered. */
export class DutyOffice implements StandIn {
  readonly name = 'emergency duty office (GraphQL)';
  #abort = new AbortController();
  #done: Promise<void> = Promise.resolve();
  /** The incident of the round at hand. */
  #incident: { readonly round: number; readonly id: string } | undefined;

  constructor(
    private readonly story: Story,
    private readonly now: () => Date,
    private readonly url: string,
    private readonly key: string,
  ) {}

  async start(): Promise<string> {
    this.#abort = new AbortController();
    this.#done = this.#work(this.#abort.signal);
    return this.url;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }

  async #work(signal: AbortSignal): Promise<void> {
    let filed = { round: -1, steps: 0 };
    while (!signal.aborted) {
      const { round, seconds, roundStartedAt } = this.story.scene();
      if (round !== filed.round) filed = { round, steps: 0 };
      const step = STEPS[filed.steps];
      if (step && seconds >= step.at) {
        await this.#file(step, round, `demo ${roundStartedAt.toISOString()} ${filed.steps}`, signal);
        filed = { round, steps: filed.steps + 1 };
      } else await pause(WAIT_MS, signal);
    }
  }

  async #file(step: Step, round: number, idempotencyKey: string, signal: AbortSignal): Promise<void> {
    const incident = this.#incident?.round === round ? this.#incident.id : undefined;
    const said = step.say(this.now());
    // A round that was joined in its middle has no first report to follow.
    if (!incident && !('title' in said)) return;
    const input = { idempotencyKey, unit: '演练·乌苏市应急值班室', incident, ...said };
    let waitMs = WAIT_MS;
    while (!signal.aborted) {
      const id = await this.#post(input, signal);
      if (id !== undefined) {
        this.#incident = { round, id };
        return;
      }
      await pause(waitMs, signal);
      waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
    }
  }

  /** The incident's id once it is filed; empty where it was refused for good. */
  async #post(input: object, stop: AbortSignal): Promise<string | undefined> {
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query: FILE, variables: { input } }),
        signal: AbortSignal.any([stop, AbortSignal.timeout(CALL_MS)]),
      });
      const answer = (await response.json()) as {
        data?: { fileIncidentReport?: { incident?: { id: string } } } | null;
        errors?: { extensions?: { code?: string } }[];
      };
      const found = answer.data?.fileIncidentReport?.incident?.id;
      return found ?? (answer.errors?.some(({ extensions }) => extensions?.code === 'INTERNAL') ? undefined : '');
    } catch {
      return undefined;
    }
  }
}

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
