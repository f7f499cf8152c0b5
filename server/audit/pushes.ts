import type { Principal } from '../../model/access.js';
import { type AuditDraft, feedKey, isFeedKey } from '../../model/audit.js';
import { departmentOfFeed } from '../../model/department.js';
import { HubError } from '../../model/errors.js';
import type { PushReply } from '../../model/push.js';
import { watchedDoor } from './door.js';
import type { Recorder } from './recorder.js';
import { bearer } from './trail.js';

export interface PushesOptions {
  readonly recorder: Recorder;
  /** Whose API key or token it is; undefined: nobody's. */
  readonly bearer: (authorization: string | undefined) => Promise<Principal | undefined>;
  readonly now: () => Date;
}

/** A push that has come to a feed's door. */
export interface Knock {
  readonly feedId: string;
  readonly authorization: string | undefined;
  /** Where it comes from, as far as trusted proxies tell. */
  readonly address: string;
  readonly at: Date;
}

type Pusher = AuditDraft['principal'];

/** Says who may push, and writes down each push and each one that was refused; the rows wait and are written together, as those of reads. */
export class Pushes {
  constructor(private readonly options: PushesOptions) {}

  knock(feedId: string, authorization: string | undefined, address: string): Knock {
    return { feedId, authorization, address, at: this.options.now() };
  }

  /**
   * Who brings it: the feed's own key, which `opens` tells, or a FEEDER of the feed's department. UNAUTHENTICATED or FORBIDDEN where it may not;
   * SOURCE_UNAVAILABLE where that cannot be judged, or nothing written down of it. What is refused has its row.
   */
  async admit(knock: Knock, opens: (authorization: string | undefined) => boolean): Promise<Pusher> {
    const { feedId, authorization, address } = knock;
    const { recorder, now } = this.options;
    const pusher = opens(authorization)
      ? feedKey(feedId)
      : await watchedDoor(recorder, now, address, authorization, () => this.#bearer(authorization), feedId);
    try {
      if (!mayPush(pusher, feedId)) throw new HubError('FORBIDDEN', 'it is not of a FEEDER of the department');
      recorder.require();
    } catch (error) {
      this.#record(knock, pusher, error instanceof HubError ? error.code : 'INTERNAL');
      throw error;
    }
    return pusher;
  }

  /** Runs what takes in an admitted push, and writes down what came of it. */
  async taken(knock: Knock, pusher: Pusher, take: () => PushReply | Promise<PushReply>): Promise<PushReply> {
    try {
      const reply = await take();
      this.#record(knock, pusher, resultOf(reply.status), reply.taken);
      return reply;
    } catch (error) {
      this.#record(knock, pusher, 'INTERNAL');
      throw error;
    }
  }

  async #bearer(authorization: string | undefined): Promise<Pusher> {
    const principal = await this.options.bearer(authorization);
    if (!principal) throw new HubError('UNAUTHENTICATED', 'the key or token is not valid');
    return principal;
  }

  #record({ feedId, address, at }: Knock, pusher: Pusher, result: string, rowCount = 0): void {
    const { recorder, now } = this.options;
    recorder.record({
      ...{ at, kind: 'PUSH', principal: bearer(pusher), operation: null, document: null, rootFields: [feedId] },
      ...{
        variables: null,
        grants: [],
        feeds: [],
        result,
        outcome: null,
        rowCount,
        times: 1,
        requestId: null,
        address,
      },
      milliseconds: Math.max(0, now().getTime() - at.getTime()),
    });
  }
}

const mayPush = (pusher: Pusher, feedId: string): boolean =>
  isFeedKey(pusher) || (pusher.roles.includes('FEEDER') && pusher.department === departmentOfFeed(feedId));

function resultOf(status: number): string {
  if (status < 300) return 'OK';
  if (status === 401) return 'UNAUTHENTICATED';
  if (status < 500) return 'BAD_INPUT';
  return status === 503 ? 'SOURCE_UNAVAILABLE' : 'INTERNAL';
}
