import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import {
  getMetadataStorage,
  type ValidationError as ClassValidatorError,
  validateSync,
} from 'class-validator';

import { type FieldError, ValidationError } from '../errors/app-error.js';

type Dto = new () => object;

const PLAIN_TYPES = new Set<unknown>([Object, String, Number, Boolean, Array]);
/** No input of ours nests deeper; without a bound a small packet of brackets would exhaust the stack. */
const MAX_DEPTH = 8;

/**
 * Turns an untrusted body, query, params or socket payload into its DTO, or refuses it with field and
 * rule. Strict: unknown fields are refused, nothing is converted but what a DTO says itself.
 * Synchronous on purpose: every event then takes the same number of turns of the event loop, so what
 * one socket sends stays in the order of its emits.
 */
@Injectable()
export class DtoPipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if (type === 'custom' || !metatype || PLAIN_TYPES.has(metatype) || !isDto(metatype)) return value;
    return toDto(metatype as Dto, value);
  }
}

/** The same check for callers that are no Nest handler. */
export function toDto<T extends object>(dto: new () => T, value: unknown): T {
  const input = value ?? {};
  if (typeof input !== 'object' || Array.isArray(input) || Buffer.isBuffer(input)) {
    throw ValidationError.of('payload', 'isObject', 'The payload must be an object');
  }
  refuseDangerousKeys(input, '', 1);
  const instance = plainToInstance(dto, input, { exposeUnsetFields: false });
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
    validationError: { target: false, value: false },
  });
  if (errors.length > 0) throw new ValidationError(flatten(errors, ''));
  return instance;
}

function isDto(metatype: unknown): boolean {
  return (
    typeof metatype === 'function' &&
    // A DTO without fields is one too: it then refuses every field.
    (metatype.name.endsWith('Dto') ||
      getMetadataStorage().getTargetValidationMetadatas(metatype, '', true, false).length > 0)
  );
}

/** `__proto__`, `constructor`, `toString` ...: what every object inherits. */
const isDangerous = (key: string) => key in Object.prototype || key === 'prototype';

/** class-transformer drops these keys silently; a client that sends them must hear of it. */
function refuseDangerousKeys(input: object, path: string, depth: number): void {
  if (depth > MAX_DEPTH)
    throw ValidationError.of('payload', 'maxDepth', `The payload nests deeper than ${MAX_DEPTH} levels`);
  for (const key of Object.keys(input)) {
    const field = path + key;
    if (isDangerous(key)) throw ValidationError.of(field, 'whitelistValidation', `${field} is not allowed`);
    const nested = (input as Record<string, unknown>)[key];
    if (typeof nested === 'object' && nested !== null) refuseDangerousKeys(nested, `${field}.`, depth + 1);
  }
}

function flatten(errors: ClassValidatorError[], path: string): FieldError[] {
  return errors.flatMap((error) => {
    const field = path + error.property;
    const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
      field,
      rule,
      message: rule === 'whitelistValidation' ? `${field} is not a known field` : message,
    }));
    return [...own, ...flatten(error.children ?? [], `${field}.`)];
  });
}
