import type { Schema, Schemas } from './schema.js';

export interface Parameter {
  name: string;
  schema: Schema;
  required: boolean;
}

/** One REST route as `/docs-json` describes it. */
export interface Operation {
  /** `POST /api/chats` */
  name: string;
  method: string;
  /** With `{id}` in the place of parameters. */
  path: string;
  params: Parameter[];
  query: Parameter[];
  /** The JSON body, where there is one. */
  body: Schema | null;
  /** The body that the documents show. */
  example: unknown;
  needsToken: boolean;
}

interface OpenApi {
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: { schemas: Schemas };
}

interface JsonContent {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

interface OpenApiOperation {
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[];
  requestBody?: { content?: Record<string, JsonContent> };
  security?: unknown[];
}

export const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

export function operationsOf({ paths }: OpenApi): Operation[] {
  return Object.entries(paths).flatMap(([path, byMethod]) =>
    METHODS.flatMap((method): Operation[] => {
      const operation = byMethod[method];
      if (!operation) return [];
      const json = operation.requestBody?.content?.['application/json'] ?? {};
      return [
        {
          name: `${method.toUpperCase()} ${path}`,
          method: method.toUpperCase(),
          path,
          params: parametersIn(operation, 'path'),
          query: parametersIn(operation, 'query'),
          body: json.schema ?? null,
          example: json.example ?? Object.values(json.examples ?? {})[0]?.value,
          needsToken: (operation.security ?? []).length > 0,
        },
      ];
    }),
  );
}

function parametersIn({ parameters = [] }: OpenApiOperation, place: string): Parameter[] {
  return parameters
    .filter((parameter) => parameter.in === place)
    .map(({ name, schema = {}, required = false }) => ({ name, schema, required }));
}
