import { getMetadataStorage, type ValidationArguments, ValidationTypes } from 'class-validator';

import { type Condition, isOfAbsence } from './absence.js';
import { conversionOf } from './converted.js';
import { quickRule } from './quick-rules.js';

type Dto = new () => object;
type Fields = Record<string, unknown>;
type Rule = (value: unknown, object: Fields) => boolean;

interface FieldRules {
  name: string;
  convert: ((value: unknown) => unknown) | null;
  /** An absence is right, whatever the other fields are. */
  mayBeAbsent: boolean;
  /** All of them hold: the field is looked at. Else it is right whatever it is, as class-validator sees it. */
  conditions: Condition[];
  /** `null`: a field with objects of its own, which only the long way can judge. */
  rules: Rule[] | null;
}

interface HotDto {
  fields: ReadonlyMap<string, FieldRules>;
  /** Those whose absence has to be judged. */
  missed: readonly FieldRules[];
}

const hot = new WeakSet<object>();
const compiled = new WeakMap<object, HotDto>();

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
  let known = compiled.get(dto);
  if (!known) compiled.set(dto, (known = compile(dto)));
  const given = input as Fields;
  let converted: Fields | null = null;
  for (const name of Object.keys(given)) {
    const field = known.fields.get(name);
    let value = given[name];
    if (!field || value === undefined || typeof value === 'object' || typeof value === 'function')
      return null;
    if (field.convert) {
      value = field.convert(value);
      (converted ??= { ...given })[name] = value;
    }
    if (!holds(field, given, value)) return null;
  }
  for (const field of known.missed) {
    if (!Object.hasOwn(given, field.name) && !holds(field, given, undefined)) return null;
  }
  return (converted ?? input) as T;
}

/** Loops: a closure per field would be most of what a payload leaves to the garbage collector. */
function holds({ conditions, rules }: FieldRules, object: Fields, value: unknown): boolean {
  for (const condition of conditions) if (!condition(object, value)) return true;
  if (!rules) return false;
  for (const rule of rules) if (!rule(value, object)) return false;
  return true;
}

function compile(dto: Dto): HotDto {
  const byName = new Map<string, FieldRules>();
  for (const metadata of getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false)) {
    const { propertyName: name, type, constraints, each, constraintCls } = metadata;
    let field = byName.get(name);
    if (!field) byName.set(name, (field = emptyField(name, conversionOf(dto, name))));
    if (type === ValidationTypes.CONDITIONAL_VALIDATION) {
      const condition = constraints[0] as Condition;
      if (!isOfAbsence(condition)) field.conditions.push(condition);
      else if (!condition({}, undefined)) field.mayBeAbsent = true;
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
        const quick = quickRule(metadata.name, constraints);
        field.rules?.push((value, object) => {
          if (quick?.(value)) return true;
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
  const missed = [...byName.values()].filter(({ mayBeAbsent }) => !mayBeAbsent);
  return { fields: byName, missed };
}

function emptyField(name: string, convert: FieldRules['convert']): FieldRules {
  return { name, convert, mayBeAbsent: false, conditions: [], rules: [] };
}
