import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import {
  getMetadataStorage,
  type ValidationError as ClassValidatorError,
  validateSync,
} from 'class-validator';

import { type FieldError, ValidationError } from '../errors/app-error.js';
import { acceptHot } from './hot-payload.js';

type Dto = new () => object;

const PLAIN_TYPES = new Set<unknown>([Object, String, Number, Boolean, Array]);
/** No input of ours nests deeper; without a bound a small packet of brackets would exhaust the stack. */
const MAX_DEPTH = 8;
/** Keys and items in all. The largest input of ours, lists of 1,024 people for eight settings, has 8,208. */
const MAX_ENTRIES = 10_000;
/** Whoever breaks more rules than this at once does not read on. */
const MAX_DETAILS = 50;

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
  return acceptHot(dto, input) ?? checked(dto, input);
}

function checked<T extends object>(dto: new () => T, input: object): T {
  inspect(input, '', { depth: 1, entries: 0 });
  const unknown = unknownFields(dto, input);
  const known = unknown.length === 0 ? input : without(input, new Set(unknown));
  const instance = plainToInstance(dto, known, { exposeUnsetFields: false });
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
    validationError: { target: false, value: false },
  });
  const broken = [...unknown.slice(0, MAX_DETAILS).map(unknownField), ...flatten(errors, '')];
  if (broken.length > 0) throw new ValidationError(broken.slice(0, MAX_DETAILS));
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

/** Before anything walks through the input that was not made for strangers' input. */
function inspect(input: object, path: string, counted: { depth: number; entries: number }): void {
  if (counted.depth > MAX_DEPTH) throw tooMuch('maxDepth', `nests deeper than ${MAX_DEPTH} levels`);
  const keys = Object.keys(input);
  counted.entries += keys.length;
  if (counted.entries > MAX_ENTRIES) throw tooMuch('maxEntries', `has more than ${MAX_ENTRIES} entries`);
  for (const key of keys) {
    const field = path + key;
    // class-transformer drops these keys silently; a client that sends them must hear of it.
    if (isDangerous(key)) throw new ValidationError([unknownField(field)]);
    const nested = (input as Record<string, unknown>)[key];
    if (typeof nested !== 'object' || nested === null) continue;
    // No field of ours is binary, and class-validator would take bytes for an object without fields.
    if (ArrayBuffer.isView(nested)) throw ValidationError.of(field, 'noBytes', `${field} must not be binary`);
    counted.depth += 1;
    inspect(nested, `${field}.`, counted);
    counted.depth -= 1;
  }
}

/** class-validator would find them too, at the price of an error object for each. */
function unknownFields(dto: Dto, input: object): string[] {
  const known = fieldsOf(dto);
  return Object.keys(input).filter((name) => !known.has(name));
}

function without(input: object, names: Set<string>): object {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !names.has(name)));
}

const fields = new WeakMap<Dto, Set<string>>();

function fieldsOf(dto: Dto): Set<string> {
  let known = fields.get(dto);
  if (!known) {
    const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false);
    fields.set(dto, (known = new Set(rules.map(({ propertyName }) => propertyName))));
  }
  return known;
}

function unknownField(field: string): FieldError {
  const shown = field.length > 100 ? `${field.slice(0, 100).toWellFormed()}...` : field;
  return { field: shown, rule: 'whitelistValidation', message: `${shown} is not a known field` };
}

function tooMuch(rule: string, what: string): ValidationError {
  return ValidationError.of('payload', rule, `The payload ${what}`);
}

function flatten(errors: ClassValidatorError[], path: string): FieldError[] {
  return errors.flatMap((error) => {
    const field = path + error.property;
    const own = Object.entries(error.constraints ?? {}).map(([rule, message]) =>
      rule === 'whitelistValidation' ? unknownField(field) : { field, rule, message },
    );
    return [...own, ...flatten(error.children ?? [], `${field}.`)];
  });
}
