import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types the operations that tests are written with, from the committed schema alone. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['tests/**/*.test.ts'],
  emitLegacyCommonJSImports: false,
  silent: true,
  generates: {
    'tests/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        useTypeImports: true,
        enumsAsTypes: true,
        scalars: { ID: 'string', DateTime: 'string', GeoJSON: 'unknown', Cursor: 'string' },
      },
    },
  },
};

export default config;
