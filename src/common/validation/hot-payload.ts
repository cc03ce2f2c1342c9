import { getMetadataStorage, type ValidationArguments, ValidationTypes } from 'class-validator';

import { conversionOf } from './converted.js';

type Dto = new () => object;
type Fields = Record<string, unknown>;
type Rule = (value: unknown, object: Fields) => boolean;

interface FieldRules {
  name: string;
  convert: ((value: unknown) => unknown) | null;
  /** All of them hold: the field is looked at. Else it is right whatever it is, as class-validator sees it. */
  conditions: ((object: Fields, value: unknown) => boolean)[];
  /** `null`: a field with objects of its own, which only the long way can judge. */
  rules: Rule[] | null;
}

const hot = new WeakSet<object>();
const compiled = new WeakMap<object, FieldRules[]>();

/**
 * A payload of which many come every second. Where all its rules hold it becomes its DTO without the long way
 * of class-transformer and class-validator, which costs more than storing a message; where one does not, the
 * long way says which. The rules are the same objects: those of class-validator's own decorators. For DTOs
 * whose fields are taken as they come, or `Converted`, without a `Transform` beside.
 */
export function HotPayload(): ClassDecorator {
  return (dto) => void hot.add(dto);
}

/**
 * The payload itself, or a copy with what was converted, which has the fields of its DTO and nothing else; or `null`: it
 * has to go the long way.
 */
export function acceptHot<T extends object>(dto: new () => T, input: object): T | null {
  if (!hot.has(dto)) return null;
  let fields = compiled.get(dto);
  if (!fields) compiled.set(dto, (fields = compile(dto)));
  const given = input as Fields;
  let known = 0;
  let converted: Fields | null = null;
  for (const { name, convert, conditions, rules } of fields) {
    const isGiven = Object.hasOwn(given, name);
    let value = isGiven ? given[name] : undefined;
    if (isGiven) {
      if (value === undefined || typeof value === 'object' || typeof value === 'function') return null;
      known += 1;
      if (convert) {
        value = convert(value);
        (converted ??= { ...given })[name] = value;
      }
    }
    if (!isLookedAt(conditions, given, value)) continue;
    if (!isRight(rules, given, value)) return null;
  }
  // Another field is no field of ours.
  return known === Object.keys(given).length ? ((converted ?? input) as T) : null;
}

/** Loops: a closure per field would be most of what a payload leaves to the garbage collector. */
function isLookedAt(conditions: FieldRules['conditions'], object: Fields, value: unknown): boolean {
  for (const holds of conditions) if (!holds(object, value)) return false;
  return true;
}

function isRight(rules: FieldRules['rules'], object: Fields, value: unknown): boolean {
  if (!rules) return false;
  for (const holds of rules) if (!holds(value, object)) return false;
  return true;
}

function compile(dto: Dto): FieldRules[] {
  const byName = new Map<string, FieldRules>();
  for (const metadata of getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false)) {
    const { propertyName: name, type, constraints, each, constraintCls } = metadata;
    let field = byName.get(name);
    if (!field)
      byName.set(name, (field = { name, convert: conversionOf(dto, name), conditions: [], rules: [] }));
    if (type === ValidationTypes.CONDITIONAL_VALIDATION) {
      field.conditions.push(constraints[0] as FieldRules['conditions'][number]);
    } else if (type === ValidationTypes.CUSTOM_VALIDATION && !each) {
      for (const { instance } of getMetadataStorage().getTargetValidatorConstraints(constraintCls)) {
        // One for all calls: made anew for each it would be the dearest part of judging a payload.
        const facts: ValidationArguments = {
          constraints,
          targetName: dto.name,
          property: name,
          value: undefined,
          object: {},
        };
        field.rules?.push((value, object) => {
          facts.value = value;
          facts.object = object;
          return instance.validate(value, facts) === true;
        });
      }
    } else {
      // Lists and nested objects: a value is never taken the short way, an absence where a condition says so is.
      field.rules = null;
    }
  }
  return [...byName.values()];
}
