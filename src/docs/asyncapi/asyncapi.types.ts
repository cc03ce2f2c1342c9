import type { ErrorCode } from '../../common/errors/app-error.js';
import type { JsonSchema, Schemas } from './json-schema.js';

export interface Ref {
  $ref: string;
}

export interface Message {
  name: string;
  title: string;
  summary: string;
  contentType: 'application/json';
  payload: JsonSchema;
  examples: { payload: unknown }[];
}

export interface Operation {
  action: 'send' | 'receive';
  title: string;
  summary: string;
  description?: string;
  channel: Ref;
  tags: { name: string }[];
  messages: Ref[];
  reply?: { channel: Ref; messages: Ref[] };
  /** Codes that the ack may carry. */
  'x-errors'?: readonly ErrorCode[];
  /** Server events that others hear of it. */
  'x-emits'?: readonly string[];
  'x-rate-limit'?: { points: number; seconds: number };
  /** A plain string may stand for this one field. */
  'x-string-form'?: string;
}

export interface AsyncApiDocument {
  asyncapi: '3.0.0';
  info: Record<string, unknown>;
  defaultContentType: 'application/json';
  servers: Record<string, unknown>;
  channels: {
    socket: { address: string; title: string; description: string; messages: Record<string, Ref> };
  };
  operations: Record<string, Operation>;
  components: {
    messages: Record<string, Message>;
    schemas: Schemas;
    securitySchemes: Record<string, unknown>;
  };
}
