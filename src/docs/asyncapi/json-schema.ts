/** As much of JSON Schema as the DTO and view classes use. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  enum?: unknown[];
  const?: unknown;
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  default?: unknown;
  examples?: unknown[];
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
}

export type Schemas = Record<string, JsonSchema>;

const PREFIX = '#/components/schemas/';

export const refTo = (name: string): JsonSchema => ({ $ref: PREFIX + name });
export const nameOfRef = (ref: string): string => ref.slice(PREFIX.length);

/** OpenAPI 3.0's dialect (`nullable`, `example`) -> JSON Schema, which AsyncAPI speaks. */
export function toJsonSchema(source: unknown): JsonSchema {
  if (typeof source === 'boolean') return source as unknown as JsonSchema;
  const { nullable, example, ...rest } = mapChildren(
    source as JsonSchema & { nullable?: true; example?: unknown },
  );
  const schema = simplify(rest);
  if (example !== undefined) schema.examples = [example];
  return nullable ? orNull(schema) : schema;
}

function mapChildren<S extends JsonSchema>(schema: S): S {
  const { properties, items, additionalProperties } = schema;
  const mapped = { ...schema };
  if (properties) {
    mapped.properties = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, toJsonSchema(property)]),
    );
  }
  if (items) mapped.items = toJsonSchema(items);
  if (additionalProperties) mapped.additionalProperties = toJsonSchema(additionalProperties);
  for (const key of ['oneOf', 'allOf', 'anyOf'] as const) {
    const parts = schema[key];
    if (parts) mapped[key] = parts.map(toJsonSchema);
  }
  return mapped;
}

/** A reference wrapped for OpenAPI's sake, with nothing beside it, is a reference. */
function simplify(schema: JsonSchema): JsonSchema {
  const { allOf, type, ...rest } = schema;
  if (!allOf || type !== 'object') return schema;
  return allOf.length === 1 && Object.keys(rest).length === 0 ? { ...allOf[0] } : { ...rest, allOf };
}

function orNull(schema: JsonSchema): JsonSchema {
  const { type, description, examples, ...rest } = schema;
  if (typeof type === 'string') {
    return { ...schema, type: [type, 'null'], ...(schema.enum && { enum: [...schema.enum, null] }) };
  }
  const either = { oneOf: [rest, { type: 'null' }] };
  return { ...either, ...(description && { description }), ...(examples && { examples }) };
}

/** Those of `schemas` that `roots` speak of, directly or through others. */
export function schemasUsedBy(roots: unknown, schemas: Schemas): Schemas {
  const used = new Map<string, JsonSchema>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { $ref } = node as JsonSchema;
    if (typeof $ref === 'string' && $ref.startsWith(PREFIX)) {
      const name = nameOfRef($ref);
      const schema = schemas[name];
      if (!schema) throw new Error(`the documentation refers to ${name}, which no class describes`);
      if (used.has(name)) return;
      used.set(name, schema);
      visit(schema);
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(roots);
  return Object.fromEntries([...used].toSorted(([a], [b]) => a.localeCompare(b)));
}
