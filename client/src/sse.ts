import { type Result, unreachable } from './errors.js';

/** Results are a few kB; a message beyond this is none. */
const MAX_MESSAGE = 16 * 1024 * 1024;

/** Rejects with UNREACHABLE where an answer is not there in time. */
export async function within<T>(promise: Promise<T>, limitMs: number, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unreachable(`${what}: nothing within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Results of an event stream (GraphQL over SSE, one stream an operation), read only as fast as they are taken. Ends where the hub says
 * so; throws UNREACHABLE where the line breaks, or nothing comes for `silentMs`, not even the hub's sign of life.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>, silentMs: number): AsyncGenerator<Result> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const found = /\r?\n\r?\n/.exec(text);
      if (found) {
        const message = text.slice(0, found.index);
        text = text.slice(found.index + found[0].length);
        if (/^event: ?complete/m.test(message)) return;
        const data = /^data: ?(.+)$/m.exec(message)?.[1];
        if (data && /^event: ?next/m.test(message)) yield JSON.parse(data) as Result;
        continue;
      }
      if (text.length > MAX_MESSAGE) throw unreachable('a message without end');
      const { done, value } = await within(reader.read(), silentMs, 'the event stream');
      if (done) return;
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    // Where it has broken there is nothing left to cancel.
    reader.cancel().catch(() => {});
  }
}
