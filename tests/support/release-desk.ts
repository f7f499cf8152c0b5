import { departmentOfFeed } from '../../model/department.js';
import type { Graph, Viewer } from './graph.js';

/** A person of a department ("weather", "hub" for the hub's own staff) with these roles. */
export const person = (id: string, department: string, ...roles: Viewer['roles']): Viewer => ({
  id: `person:${id}`,
  kind: 'PERSON',
  name: id,
  department: department === 'hub' ? null : departmentOfFeed(`${department}/x`),
  roles,
  scopes: [],
  expiresAt: null,
});

export const FORECASTER = person('forecaster', 'weather', 'FORECASTER');
export const RELEASER = person('releaser', 'weather', 'RELEASER');
export const OFFICER = person('officer', 'emergency', 'DUTY_OFFICER');

const FIELDS = `
  id kind state version bypassed approvalsRequired approvalsMissing approvals { by } warning { id state status level supersedes { id } }`;
const operation = (mutation: string, input: string, ...types: string[]): string => `
  mutation ($input: ${input}!) {
    ${mutation}(input: $input) {
      __typename
      ${types.map((type) => `... on ${type} { repeated approvalsMissing release { ${FIELDS} } }`).join('\n')}
      ... on WarningRefused { reason field message }
    }
  }`;
const OPERATIONS = {
  draft: operation('draftWarning', 'DraftWarningInput', 'WarningDrafted'),
  update: operation('updateWarning', 'UpdateWarningInput', 'WarningDrafted'),
  submit: operation('submitWarning', 'SubmitWarningInput', 'WarningSubmitted'),
  release: operation('releaseWarning', 'ReleaseWarningInput', 'WarningReleased', 'WarningPending'),
  sendBack: operation('returnWarning', 'WarningReasonInput', 'WarningReturned'),
  cancel: operation('cancelWarning', 'WarningReasonInput', 'WarningSubmitted'),
  review: operation('reviewBypass', 'ReviewBypassInput', 'BypassReviewed'),
};

/** Parts of an input that differ. */
export type Change = Readonly<Record<string, unknown>>;

export interface Outcome {
  /** The result's type, the reason of a refusal, or the code of an error. */
  readonly what: string;
  readonly repeated?: boolean;
  readonly approvalsMissing?: readonly string[];
  readonly field?: string | null;
  readonly message?: string;
  readonly release?: {
    readonly id: string;
    readonly kind: string;
    readonly state: string;
    readonly version: number;
    readonly bypassed: boolean;
    readonly approvalsRequired: readonly string[];
    readonly approvalsMissing: readonly string[];
    readonly approvals: readonly { by: string }[];
    readonly warning: {
      readonly id: string;
      readonly state: string;
      readonly status: string;
      readonly level: string;
      readonly supersedes: readonly { id: string }[];
    } | null;
  };
}

/** The mutations of releasing over a graph, each with a fresh key unless it is given one. */
export class ReleaseDesk {
  #keys = 0;

  constructor(private readonly graph: Graph) {}

  key(): string {
    this.#keys += 1;
    return `key ${this.#keys}`;
  }

  draft(change: Change = {}, viewer = FORECASTER): Promise<Outcome> {
    return this.#call('draft', { hazardCode: '11B03', status: 'ACTUAL', ...this.content(), ...change }, viewer);
  }

  update(id: string, change: Change = {}, viewer = FORECASTER): Promise<Outcome> {
    return this.#call('update', { id, ...this.content(), ...change }, viewer);
  }

  submit(id: string, viewer = FORECASTER, more: Change = {}): Promise<Outcome> {
    return this.#call('submit', { id, ...more }, viewer);
  }

  release(id: string, viewer = RELEASER, more: Change = {}): Promise<Outcome> {
    return this.#call('release', { id, ...more }, viewer);
  }

  sendBack(id: string, viewer = RELEASER, more: Change = {}): Promise<Outcome> {
    return this.#call('sendBack', { id, reason: '时段写错', ...more }, viewer);
  }

  cancel(id: string, viewer = FORECASTER, more: Change = {}): Promise<Outcome> {
    return this.#call('cancel', { id, reason: '雨已停', ...more }, viewer);
  }

  review(id: string, viewer = OFFICER, more: Change = {}): Promise<Outcome> {
    return this.#call('review', { id, verdict: 'JUSTIFIED', note: '情况紧急', ...more }, viewer);
  }

  /** A yellow rainstorm warning of six hours for the whole city. */
  content() {
    return {
      level: 'YELLOW' as const,
      expiresAt: new Date(this.graph.context(FORECASTER).now().getTime() + 6 * 3_600_000).toISOString(),
      texts: [{ language: 'zh-CN', headline: '暴雨黄色预警', description: '预计未来六小时有强降水。' }],
      divisions: ['654202'],
    };
  }

  /** The id of a draft that waits for release. */
  async pending(change: Change = {}): Promise<string> {
    const { release } = await this.draft(change);
    if (!release) throw new Error('no draft');
    const submitted = await this.submit(release.id);
    if (submitted.what !== 'WarningSubmitted') throw new Error(`${submitted.what}: ${submitted.message}`);
    return release.id;
  }

  /** The id of a warning that is out. */
  async out(change: Change = {}): Promise<string> {
    const id = await this.pending(change);
    const released = await this.release(id, person('another-releaser', 'weather', 'RELEASER'));
    if (released.what !== 'WarningReleased') throw new Error(`${released.what}: ${released.message}`);
    return id;
  }

  async #call(operation: keyof typeof OPERATIONS, input: object, viewer: Viewer): Promise<Outcome> {
    const variables = { input: { idempotencyKey: this.key(), ...input } };
    const { data, errors } = await this.graph.answer(OPERATIONS[operation], variables, viewer);
    const [error] = errors ?? [];
    if (error) return { what: String(error.extensions.code), message: error.message };
    const [result] = Object.values(data ?? {}) as ({ __typename: string; reason?: string } & Omit<Outcome, 'what'>)[];
    if (!result) throw new Error('no answer');
    const { __typename: type, reason, ...rest } = result;
    return { what: reason ?? type, ...rest };
  }
}
