import { OBJECT_ID } from '../../common/validation/fields.js';
import { type JsonSchema, nameOfRef, type Schemas } from './json-schema.js';

interface ExampleOptions {
  /**
   * `input`: what a client has to send, and what else it likely does; ids that it may leave out are left
   * out, as no example can know them. `output`: everything.
   */
  for: 'input' | 'output';
}

/** An example made of the examples, defaults and rules of a schema's fields. */
export function exampleOf(schema: JsonSchema, schemas: Schemas, options: ExampleOptions): unknown {
  if (schema.examples) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.$ref) return exampleOf(schemas[nameOfRef(schema.$ref)] ?? {}, schemas, options);
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.oneOf) return oneOfExample(schema.oneOf, schemas, options);
  if (schema.allOf) return allOfExample(schema.allOf, schemas, options);
  switch (Array.isArray(schema.type) ? schema.type.at(-1) : schema.type) {
    case 'null':
      return null;
    case 'array':
      return schema.items ? [exampleOf(schema.items, schemas, options)] : [];
    case 'boolean':
      return true;
    case 'number':
    case 'integer':
      return schema.minimum ?? 1;
    case 'string':
      return 'text';
    case undefined:
    default:
      return objectExample(schema, schemas, options);
  }
}

function oneOfExample(parts: JsonSchema[], schemas: Schemas, options: ExampleOptions): unknown {
  const isNullable = parts.some(({ type }) => type === 'null');
  return isNullable ? null : exampleOf(parts[0] ?? {}, schemas, options);
}

function allOfExample(parts: JsonSchema[], schemas: Schemas, options: ExampleOptions): unknown {
  const examples = parts.map((part) => exampleOf(part, schemas, options));
  return examples.length === 1 ? examples[0] : Object.assign({}, ...(examples as object[]));
}

function objectExample(schema: JsonSchema, schemas: Schemas, options: ExampleOptions): unknown {
  const shown = Object.entries(schema.properties ?? {}).filter(
    ([name, property]) => options.for === 'output' || schema.required?.includes(name) || isTelling(property),
  );
  return Object.fromEntries(shown.map(([name, property]) => [name, exampleOf(property, schemas, options)]));
}

function isTelling({ examples, pattern, items }: JsonSchema): boolean {
  return examples !== undefined && (items?.pattern ?? pattern) !== OBJECT_ID.source;
}
