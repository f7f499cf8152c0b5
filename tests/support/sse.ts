/** Results of a subscription over SSE by plain fetch, as curl would read them. */
export interface SseReader<T> {
  /** Resolves when the stream stands. */
  readonly open: Promise<Response>;
  /** The next result whole, errors and all; undefined where the stream has ended. */
  next(): Promise<{ data?: T; errors?: { message: string; extensions: { code: string } }[] } | undefined>;
  close(): void;
}

export function sse<T>(url: string, query: string, headers: Readonly<Record<string, string>> = {}): SseReader<T> {
  const abort = new AbortController();
  const open = fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query }),
    signal: abort.signal,
  });
  open.catch(() => {});
  let reader: ReadableStreamDefaultReader<string> | undefined;
  let text = '';
  return {
    open,
    next: async () => {
      reader ??= (await open).body?.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const found = /event: next\ndata: (.*)\n\n/.exec(text);
        if (found) {
          text = text.slice(found.index + found[0].length);
          return JSON.parse(found[1] as string);
        }
        const { done, value } = (await reader?.read()) ?? { done: true };
        if (done) return undefined;
        text += value;
      }
    },
    close: () => abort.abort(),
  };
}
