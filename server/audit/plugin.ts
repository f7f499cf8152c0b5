import { type DocumentNode, type ExecutionArgs, type ExecutionResult, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type AuditKind, sha256 } from '../../model/audit.js';
import type { Session } from '../access/sessions.js';
import type { Recorder } from './recorder.js';
import { type Begun, codeOf, type ServedContext, Trail } from './trail.js';
import { storable } from './variables.js';

/** What a request brings with it. */
interface Asked {
  /** Of whoever asks, as far as trusted proxies tell. */
  readonly address: string;
  readonly session: Session;
}

const KINDS: Readonly<Record<string, AuditKind>> = {
  query: 'QUERY',
  mutation: 'MUTATION',
  subscription: 'SUBSCRIPTION',
};

/** Writes down what was refused before it could run. */
export type Refused = (context: Asked & { readonly requestId?: string }, text: string, code: string) => void;
export const refusals =
  (recorder: Recorder, now: () => Date): Refused =>
  (context, text, code) => {
    const trail = new Trail(recorder, context.session.viewer, context.requestId ?? null, now);
    trail.begin({ ...begunOf(undefined, context), document: sha256(text) });
    trail.record(code);
  };

/**
 * Writes down every operation, on whatever transport it came. An answer that cannot be written down says so:
 * `extensions.evidence` is "NOT_RECORDED".
 */
export function auditPlugin(recorder: Recorder, now: () => Date): Plugin<ServedContext & Asked> {
  const refused = refusals(recorder, now);
  const invalid = (context: ServedContext & Asked, text: string): void => refused(context, text, 'BAD_INPUT');
  return {
    onParse:
      ({ params, context }) =>
      ({ result }) => {
        if (result instanceof Error) refused(context, String(params.source), codeOf(result));
      },
    onValidate:
      ({ params, context }) =>
      ({ valid }) => {
        if (!valid) invalid(context, textOf(params.documentAST));
      },
    onExecute: ({ args }) => {
      const { trail } = args.contextValue;
      trail.begin(begunOf(args, args.contextValue));
      return {
        onExecuteDone: ({ result, setResult }) => {
          if (Symbol.asyncIterator in result) return;
          recordAnswer(args, result as ExecutionResult);
          const marked = marker(recorder)(result as ExecutionResult);
          if (marked) setResult(marked);
        },
      };
    },
    onSubscribe: ({ args }) => {
      args.contextValue.trail.begin(begunOf(args, args.contextValue));
      return {
        onSubscribeResult: ({ result }) => follow(args.contextValue.trail, result, recorder),
      };
    },
  };
}

function recordAnswer({ contextValue }: ExecutionArgs, { errors }: ExecutionResult): void {
  const { trail } = contextValue as ServedContext;
  const [error] = errors ?? [];
  const result = error ? codeOf(error) : 'OK';
  // The acts of a mutation have rows of their own; what its answer shows of others' data is a read.
  if (!trail.acted) trail.record(result);
  else if (trail.breadth > 0) trail.record(result, { kind: 'QUERY' });
}

/** A row when it begins, one whenever it shows data of a further feed, and one when it ends with how often it was told something. */
function follow(
  trail: Trail,
  result: unknown,
  recorder: Recorder,
): {
  onNext?(payload: { result: ExecutionResult; setResult(result: ExecutionResult): void }): void;
  onEnd?(): void;
} {
  if (!(Symbol.asyncIterator in (result as object))) {
    const [error] = (result as ExecutionResult).errors ?? [];
    trail.record(error ? codeOf(error) : 'OK');
    return {};
  }
  trail.record('OK', { rows: 0 });
  const mark = marker(recorder);
  let told = 0;
  let breadth = trail.breadth;
  let last = 'ENDED';
  let over = false;
  return {
    onNext: ({ result: next, setResult }) => {
      const [error] = next.errors ?? [];
      last = error ? codeOf(error) : 'ENDED';
      if (!error) told += 1;
      if (trail.breadth > breadth) trail.record('OK', { rows: told });
      breadth = trail.breadth;
      const marked = mark(next);
      if (marked) setResult(marked);
    },
    onEnd: () => {
      if (!over) trail.record(last, { rows: told });
      over = true;
    },
  };
}

/** The result with the word that it is not written down, where that is so. */
const marker =
  (recorder: Recorder) =>
  (result: ExecutionResult): ExecutionResult | undefined =>
    recorder.fault === undefined
      ? undefined
      : { ...result, extensions: { ...result.extensions, evidence: 'NOT_RECORDED' } };

function begunOf(args: ExecutionArgs | undefined, { address }: Asked): Begun {
  const operation = args && getOperationAST(args.document, args.operationName);
  if (!args || !operation) return { kind: 'INVALID', operation: null, document: null, rootFields: [], address };
  return {
    kind: KINDS[operation.operation] ?? 'QUERY',
    operation: operation.name ? storable(operation.name.value) : null,
    document: sha256(textOf(args.document)),
    rootFields: operation.selectionSet.selections.flatMap((each) => (each.kind === 'Field' ? [each.name.value] : [])),
    address,
  };
}

const textOf = (document: DocumentNode): string => document.loc?.source.body ?? '';
