import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DocumentNode, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { exampleQueries } from '../../server/examples.js';
import { packageRoot } from '../../server/root.js';

export interface RealOperation {
  /** The file it stands in. */
  readonly place: string;
  readonly text: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

const FOLDERS = ['tests', 'demo', 'docs', 'connectors', 'resolvers', 'schema', 'bench', 'client', 'web'];
const FILES = ['README.md', 'README.zh-CN.md'];
/** Attacks are operations that nobody means. */
const LEFT_OUT = /^tests\/(attacks|generated)\//;

/** Every operation that stands in the repository: in tests, pages, stand-ins and what GraphiQL opens with. */
export function realOperations(): RealOperation[] {
  const root = packageRoot();
  const files = FOLDERS.flatMap((folder) => filesBelow(root, folder));
  const texts = [...files, ...FILES].flatMap((place) =>
    literalsOf(readFileSync(join(root, place), 'utf8')).map((text) => ({ place, text })),
  );
  return [...texts, { place: 'server/examples.ts', text: exampleQueries }].flatMap(operationsIn);
}

function filesBelow(root: string, folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(join(root, folder), { recursive: true }) as string[];
  } catch {
    return [];
  }
  return names
    .map((name) => `${folder}/${name}`)
    .filter((name) => /\.(ts|mjs|md)$/.test(name) && !LEFT_OUT.test(name) && !name.includes('/generated/'));
}

/** String and template literals, code blocks of pages, and single backticks of them. */
const LITERALS = [/```\w*\n([\s\S]*?)```/g, /`([^`]*)`/g, /'((?:[^'\\\n]|\\.)*)'/g, /"((?:[^"\\\n]|\\.)*)"/g];

const literalsOf = (text: string): string[] =>
  LITERALS.flatMap((pattern) => [...text.matchAll(pattern)].map(([, literal = '']) => literal.replaceAll('\\"', '"')));

function operationsIn({ place, text }: { place: string; text: string }): RealOperation[] {
  if (!/^\s*(#|\{|query\b|mutation\b|subscription\b|fragment\b)/.test(text)) return [];
  try {
    const document = parse(text);
    return document.definitions.flatMap((operation) =>
      operation.kind === Kind.OPERATION_DEFINITION ? [{ place, text, document, operation }] : [],
    );
  } catch {
    return [];
  }
}
