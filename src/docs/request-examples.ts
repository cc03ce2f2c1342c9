import type { OpenAPIObject } from '@nestjs/swagger';

import { exampleOf } from './asyncapi/example.js';
import { nameOfRef, type Schemas, toJsonSchema } from './asyncapi/json-schema.js';

const METHODS = ['post', 'put', 'patch', 'delete'] as const;
const USER_ID = '665f1f77bcf86cd799439011';

/** Bodies that are one of several kinds, which no schema can make an example of. */
const EXAMPLES: Record<string, Record<string, { summary: string; value: unknown }>> = {
  CreateReportDto: {
    person: { summary: 'A person', value: { userId: USER_ID, reason: 'spam' } },
  },
  SetAvatarDto: {
    none: { summary: 'No picture', value: { mediaId: null } },
  },
  UpdatePrivacyDto: {
    some: {
      summary: 'Some of them',
      value: {
        lastSeen: { level: 'contacts' },
        statuses: { level: 'contacts_except', userIds: [USER_ID] },
        readReceipts: false,
      },
    },
  },
  CreateChatDto: {
    direct: { summary: 'A direct chat', value: { type: 'direct', userId: USER_ID } },
    group: { summary: 'A group', value: { type: 'group', title: 'Weekend', memberIds: [USER_ID] } },
  },
};

/** Gives each body an example that the route takes as it stands, with the ids put in. */
export function addRequestExamples(document: OpenAPIObject): OpenAPIObject {
  const schemas: Schemas = Object.fromEntries(
    Object.entries(document.components?.schemas ?? {}).map(([name, schema]) => [name, toJsonSchema(schema)]),
  );
  for (const path of Object.values(document.paths)) {
    for (const { requestBody } of METHODS.flatMap((method) => path[method] ?? [])) {
      const content = requestBody && 'content' in requestBody && requestBody.content['application/json'];
      if (!content || !content.schema || !('$ref' in content.schema)) continue;
      const examples = EXAMPLES[nameOfRef(content.schema.$ref)];
      if (examples) content.examples = examples;
      else content.example ??= exampleOf(content.schema, schemas, { for: 'input' });
    }
  }
  return document;
}
