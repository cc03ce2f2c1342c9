/** What OpenAPI says of a value; only the words that our documents use. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  nullable?: boolean;
  example?: unknown;
  default?: unknown;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

export type Schemas = Record<string, Schema>;

/** Follows references; a lone `allOf` (a reference with a description beside it) counts as what it holds. */
export function resolve(schema: Schema, schemas: Schemas): Schema {
  if (schema.$ref) return resolve(schemas[schema.$ref.split('/').at(-1) as string] ?? {}, schemas);
  const [only, ...others] = schema.allOf ?? [];
  return only && others.length === 0 ? { ...resolve(only, schemas), nullable: schema.nullable } : schema;
}

/** Whether the documents admit a value. In doubt they do. */
export function admits(given: Schema, value: unknown, schemas: Schemas): boolean {
  const schema = resolve(given, schemas);
  if (value === null) return schema.nullable === true || schema.type === undefined;
  if (schema.enum) return schema.enum.includes(value);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.some((choice) => admits(choice, value, schemas));
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' && admitsText(schema, value);
    case 'integer':
    case 'number':
      return typeof value === 'number' && admitsNumber(schema, value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value) && admitsList(schema, value, schemas);
    case 'object':
      return isRecord(value) && admitsObject(schema, value, schemas);
    case undefined:
    default:
      return true;
  }
}

function admitsText({ minLength = 0, maxLength = Infinity, pattern, format }: Schema, text: string): boolean {
  const length = Array.from(text).length;
  if (length < minLength || length > maxLength) return false;
  if (format === 'email' && !text.includes('@')) return false;
  if (format === 'date-time' && !/^\d{4}-\d\d-\d\d/.test(text)) return false;
  return pattern === undefined || new RegExp(pattern).test(text);
}

function admitsNumber({ type, minimum = -Infinity, maximum = Infinity }: Schema, value: number): boolean {
  return (type === 'number' || Number.isSafeInteger(value)) && value >= minimum && value <= maximum;
}

function admitsList(schema: Schema, list: unknown[], schemas: Schemas): boolean {
  const { minItems = 0, maxItems = Infinity, uniqueItems, items = {} } = schema;
  if (list.length < minItems || list.length > maxItems) return false;
  if (uniqueItems && new Set(list).size < list.length) return false;
  return list.every((item) => admits(items, item, schemas));
}

function admitsObject({ properties, required = [] }: Schema, value: object, schemas: Schemas): boolean {
  if (!properties) return true;
  return (
    required.every((name) => Object.hasOwn(value, name)) &&
    Object.entries(value).every(([name, item]) => {
      const schema = properties[name];
      return schema !== undefined && admits(schema, item, schemas);
    })
  );
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value that the documents admit: the example where there is one. */
export function sampleOf(given: Schema, schemas: Schemas): unknown {
  const schema = resolve(given, schemas);
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices?.[0]) return sampleOf(choices[0], schemas);
  switch (schema.type) {
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}, schemas));
    case 'object':
      return sampleObject(schema, schemas);
    case undefined:
    default:
      return sampleText(schema);
  }
}

/** Only the required fields, so that a test adds the one it speaks of. */
export function sampleObject(given: Schema, schemas: Schemas): Record<string, unknown> {
  const { properties = {}, required = [] } = resolve(given, schemas);
  return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {}, schemas)]));
}

function sampleText({ pattern, format, minLength = 1 }: Schema): string {
  if (pattern?.includes('{24}')) return '665f1f77bcf86cd799439011';
  if (format === 'date-time') return '2030-01-01T00:00:00.000Z';
  return 'sample'.padEnd(minLength, 'x');
}
