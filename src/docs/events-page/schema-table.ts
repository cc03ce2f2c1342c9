import { type JsonSchema, nameOfRef } from '../asyncapi/json-schema.js';
import { html, type Html, prose } from './html.js';

/** The fields of an object as a table; other classes are linked, not repeated. */
export function schemaTable(schema: JsonSchema): Html {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return html`<p class="none">No fields.</p>`;
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>Field</th>
          <th>Type</th>
          <th>Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${fields.map(([name, field]) => row(name, field, schema.required?.includes(name) ?? false))}
      </tbody>
    </table>
  </div>`;
}

function row(name: string, field: JsonSchema, isRequired: boolean): Html {
  const rules = rulesOf(field);
  return html`<tr>
    <td><code>${name}</code>${!isRequired && html`<span class="optional">optional</span>`}</td>
    <td>${typeOf(field)}</td>
    <td>
      ${field.description && prose(field.description)}${rules && html` <span class="rules">${rules}</span>`}
    </td>
  </tr>`;
}

export function typeOf(schema: JsonSchema): Html {
  if (schema.$ref) return link(nameOfRef(schema.$ref));
  if (schema.enum) return joined(schema.enum.map((value) => html`<code>${JSON.stringify(value)}</code>`));
  const parts = schema.oneOf ?? schema.anyOf;
  if (parts) return joined(parts.map(typeOf));
  if (schema.allOf?.[0]) return typeOf(schema.allOf[0]);
  if (Array.isArray(schema.type)) return joined(schema.type.map((type) => typeOf({ ...schema, type })));
  if (schema.type === 'array') return html`list of ${schema.items ? typeOf(schema.items) : 'anything'}`;
  if (typeof schema.additionalProperties === 'object') {
    return html`object of id: ${typeOf(schema.additionalProperties)}`;
  }
  return html`${schema.type ?? 'anything'}`;
}

function joined(types: Html[]): Html {
  return html`${types.map((type, i) => html`${i > 0 && ' | '}${type}`)}`;
}

function link(name: string): Html {
  return html`<a href="#schema-${name}">${name.replace(/(View|Dto|Ack)$/, '')}</a>`;
}

function rulesOf(schema: JsonSchema): string {
  const { minLength, maxLength, minimum, maximum, minItems, maxItems } = schema;
  return [
    range(minLength, maxLength, 'characters'),
    range(minimum, maximum, ''),
    range(minItems, maxItems, 'items'),
    schema.pattern === '^[0-9a-f]{24}$' ? 'An id' : '',
    schema.default === undefined ? '' : `Default ${JSON.stringify(schema.default)}`,
  ]
    .filter(Boolean)
    .map((rule) => `${rule}.`)
    .join(' ');
}

function range(from: number | undefined, to: number | undefined, unit: string): string {
  if (to === undefined) return from ? `From ${from} ${unit}`.trim() : '';
  return from ? `${from} to ${to} ${unit}`.trim() : `At most ${to} ${unit}`.trim();
}
