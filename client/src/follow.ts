import { FenghuoError } from './errors.js';
import type { Line } from './line.js';
import { type CursorStore, memoryStore } from './stores.js';

/** What is known where events may have been missed. */
export interface Gap {
  /** CURSOR_EXPIRED: the hub's log no longer holds what followed, or was made anew. NO_CURSOR: this subscription has none, and was cut off. */
  readonly reason: 'CURSOR_EXPIRED' | 'NO_CURSOR';
  readonly message: string;
  /** The last event that was had. */
  readonly lost: string | null;
  /** It goes on behind this. */
  readonly from: string;
}

export interface FollowOptions {
  /** Where the place is kept, for subscriptions that take `after`. In memory if not given. */
  readonly store?: CursorStore;
  /** Called, and waited for, once the hub answers again and before `refresh`. */
  readonly onGap?: (gap: Gap) => void | Promise<void>;
  /**
   * Reads the present state: after each gap, and at a start without a cursor. What changes from its beginning on comes as an event, so an
   * event may tell what it has told already. Where it throws, that is thrown; the client's own passing errors make it be called again.
   */
  readonly refresh?: () => void | Promise<void>;
}

export interface FollowArguments extends FollowOptions {
  readonly line: Line;
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly signal: AbortSignal;
}

const CURSOR_NOW = 'query CurrentCursor { currentCursor }';

/**
 * One subscription for as long as it is wanted, across lost connections, hubs that stop, and credentials that change. An event's cursor
 * is stored once the consumer asks for the next one, so each comes at least once; one that has come is not given again.
 */
export async function* follow(args: FollowArguments): AsyncGenerator<unknown> {
  const { line, query, variables, signal, store = memoryStore(), onGap, refresh } = args;
  const durable = /\$after\b/.test(query);
  let last = durable ? ((await store.get()) ?? (variables.after as string | null | undefined) ?? null) : null;
  let stale = last === null;
  let gap: Omit<Gap, 'from'> | undefined;
  while (!signal.aborted) {
    try {
      if (stale) {
        // Taken before the state is read: what is committed in between comes as an event.
        const { currentCursor: from } = (await line.post({ query: CURSOR_NOW }, signal)) as { currentCursor: string };
        if (gap) await onGap?.({ ...gap, from });
        gap = undefined;
        await refresh?.();
        if (durable) await store.set(from);
        last = from;
        stale = false;
      }
      const events = line.stream({ query, variables: durable ? { ...variables, after: last } : variables }, signal);
      for await (const event of events) {
        const cursor = durable ? cursorOf(event) : undefined;
        if (cursor !== undefined && cursor === last) continue;
        last = cursor ?? last;
        yield event;
        if (cursor !== undefined) await store.set(cursor);
      }
      if (!signal.aborted) throw new FenghuoError('UNREACHABLE', 'the hub ended the subscription', { again: true });
    } catch (error) {
      if (signal.aborted) return;
      const expired = error instanceof FenghuoError && error.code === 'CURSOR_EXPIRED';
      if (!(error instanceof FenghuoError) || (!error.again && !expired)) throw error;
      if (expired) gap = { reason: 'CURSOR_EXPIRED', message: error.message, lost: last };
      else if (!durable && !stale) gap = { reason: 'NO_CURSOR', message: error.message, lost: null };
      stale ||= gap !== undefined;
      await line.pause(error, signal);
    }
  }
}

function cursorOf(event: unknown): string {
  const [root] = Object.values(event as Record<string, { readonly cursor?: unknown } | null>);
  if (typeof root?.cursor === 'string') return root.cursor;
  throw new FenghuoError('BAD_INPUT', 'a subscription that takes $after has to select `cursor`');
}
