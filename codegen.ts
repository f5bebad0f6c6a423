import type { CodegenConfig } from '@graphql-codegen/cli';

/** The contract becomes the resolvers' types: a resolver that does not fit schema.graphql does not compile. */
const config: CodegenConfig = {
  schema: './schema.graphql',
  generates: {
    './src/graphql/generated.ts': {
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        importExtension: '.ts',
        immutableTypes: true,
        strictScalars: true,
        contextType: './context.ts#RequestContext',
        scalars: {
          DateTime: { input: 'number', output: 'number' },
          Metadata: {
            input: '../core/thread.ts#Metadata as MetadataModel',
            output: '../core/thread.ts#Metadata as MetadataModel',
          },
          ID: { input: 'string', output: 'string' },
        },
        mappers: {
          Thread: '../core/thread.ts#Thread as ThreadModel',
          Message: '../core/thread.ts#Message as MessageModel',
          MessageHit: '../search/hits.ts#MessageHit as MessageHitModel',
          ThreadHit: '../search/hits.ts#ThreadHit as ThreadHitModel',
          ThreadConnection: './connection.ts#ThreadConnection as ThreadConnectionModel',
          MessageConnection: './connection.ts#MessageConnection as MessageConnectionModel',
          Viewer: '../core/identity.ts#Viewer as ViewerModel',
        },
      },
    },
  },
};

// The code generator asks for a default export; it is the only one in the project.
export default config;
