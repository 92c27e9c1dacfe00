import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import type { ActionInput, Formula } from '../../domain/catalog/catalog';
import { notComputable } from '../../domain/catalog/price';
import { withoutRoundingError } from '../../domain/catalog/whole-number';
import { DomainError } from '../../domain/errors';
import { celValueOf, declarationOf, inputTypeOf, type InputType } from './input-types';

/*
 * Formulas of a catalog: whole numbers, and expressions in CEL. An expression is checked against the types of its input and compiled
 * when the catalog is read. What one evaluation costs is bounded by the size of the expression: no recursion, no regular expressions,
 * and lists are gone through once, never one within another.
 */

type Compile = (source: number | string) => Formula;

/** Why an expression cannot be a formula, as the end of a sentence that begins with its path. */
export class FormulaFault extends Error {}

const LIMITS = {
  maxAstNodes: 200,
  maxDepth: 32,
  maxListElements: 100,
  maxMapEntries: 100,
  maxCallArguments: 8,
};

const FUNCTIONS = new Set(['has', 'size', 'int', 'double', 'string']);
const METHODS = new Set(['size', 'startsWith', 'endsWith', 'contains']);
const MATH = new Set(['ceil', 'floor', 'round', 'abs', 'greatest', 'least']);
const LIST_MACROS = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

/** Makes the compiler for the formulas of one action, whose input has this JSON Schema. */
export function createFormulaCompiler(inputSchema: unknown): Compile {
  const type = inputTypeOf(inputSchema);
  const environment = mathEnvironment.clone().registerVariable({
    name: 'input',
    schema: declarationOf(type.is === 'object' ? type : { is: 'object', fields: new Map() }) as Record<
      string,
      string
    >,
  });
  return (source) =>
    typeof source === 'number' ? { source, evaluate: () => source } : compile(environment, type, source);
}

function compile(environment: Environment, type: InputType, source: string): Formula {
  const checked = environment.check(source);
  if (checked.error !== undefined) throw new FormulaFault(`is no expression: ${summaryOf(checked.error)}`);
  if (checked.type !== 'int' && checked.type !== 'double')
    throw new FormulaFault(`must be a number, and is of type ${checked.type ?? 'unknown'}`);
  const program = environment.parse(source);
  refuseUnbounded(program.ast, false);
  refuseUnknownInHas(environment, program.ast, source);
  const evaluate = (input: ActionInput): number => {
    try {
      return numberOf(program({ input: celValueOf(type, input) }), source);
    } catch (error) {
      if (error instanceof DomainError) throw error;
      throw notComputable(source, summaryOf(error));
    }
  };
  return { source, evaluate };
}

function numberOf(result: unknown, source: string): number {
  const value = typeof result === 'bigint' ? Number(result) : result;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw notComputable(source, 'it is no number');
  // Beyond this a whole number is another one as a double, and no price is near it.
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) throw notComputable(source, 'it is out of range');
  return value;
}

/** Refuses what could cost more than the expression is long: unknown functions, and a list gone through for each item of one. */
function refuseUnbounded(node: ASTNode, inList: boolean): void {
  let below = inList;
  if (node.op === 'call') {
    const [name] = node.args;
    if (!FUNCTIONS.has(name)) throw new FormulaFault(`must not use ${name}()`);
  } else if (node.op === 'rcall') {
    const [name, receiver] = node.args;
    const known = isMath(receiver) ? MATH : LIST_MACROS.has(name) ? LIST_MACROS : METHODS;
    if (!known.has(name)) throw new FormulaFault(`must not use ${name}()`);
    if (known === LIST_MACROS) {
      if (inList) throw new FormulaFault(`must not use ${name}() within another list function`);
      if (!isOfInput(receiver)) throw new FormulaFault(`must use ${name}() on a list of the input`);
      below = true;
    }
  }
  for (const child of childrenOf(node)) refuseUnbounded(child, below && !isReceiverOf(node, child));
}

/** The library answers false for a field that no input can have, which is a slip of the pen. */
function refuseUnknownInHas(environment: Environment, node: ASTNode, source: string): void {
  if (node.op === 'call' && node.args[0] === 'has') {
    const [field] = node.args[1];
    if (field !== undefined && isOfInput(field)) {
      const { error } = environment.check(source.slice(field.start, field.end));
      if (error !== undefined) throw new FormulaFault(`is no expression: ${summaryOf(error)}`);
    }
  }
  for (const child of childrenOf(node)) refuseUnknownInHas(environment, child, source);
}

function isMath(node: ASTNode): boolean {
  return node.op === 'id' && node.args === 'math';
}

/** A field of the input, or what a list function made of one. */
function isOfInput(node: ASTNode): boolean {
  if (node.op === 'id') return node.args === 'input';
  if (node.op === '.') return isOfInput(node.args[0]);
  if (node.op === '[]') return isOfInput(node.args[0]);
  return node.op === 'rcall' && LIST_MACROS.has(node.args[0]) && isOfInput(node.args[1]);
}

function isReceiverOf(node: ASTNode, child: ASTNode): boolean {
  return node.op === 'rcall' && node.args[1] === child;
}

function childrenOf({ args }: ASTNode): ASTNode[] {
  const found: ASTNode[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (isNode(value)) found.push(value);
  };
  collect(args);
  return found;
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

function summaryOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}

/** The functions of `math`, as in CEL's extension of that name. */
class MathFunctions {
  readonly name = 'math';
}

const mathEnvironment = createMathEnvironment();

function createMathEnvironment(): Environment {
  const environment = new Environment({ limits: LIMITS })
    .registerType('Math', { ctor: MathFunctions, fields: {} })
    .registerConstant('math', 'Math', new MathFunctions());
  const awayFromZero = (x: number) => Math.sign(x) * Math.round(Math.abs(x));
  const roundings = { ceil: Math.ceil, floor: Math.floor, round: awayFromZero };
  for (const [name, round] of Object.entries(roundings)) {
    // 0.1 * 30 must not be rounded up to 4.
    environment.registerFunction(`Math.${name}(double): double`, (_: unknown, x: number) =>
      round(withoutRoundingError(x)),
    );
    environment.registerFunction(`Math.${name}(int): int`, (_: unknown, x: bigint) => x);
  }
  environment.registerFunction('Math.abs(double): double', (_: unknown, x: number) => Math.abs(x));
  environment.registerFunction('Math.abs(int): int', (_: unknown, x: bigint) => (x < 0n ? -x : x));
  for (const type of ['int', 'double']) {
    for (const types of [`${type}, ${type}`, `${type}, ${type}, ${type}`]) {
      environment.registerFunction(`Math.greatest(${types}): ${type}`, (_: unknown, ...xs: Operand[]) =>
        xs.reduce((a, b) => (b > a ? b : a)),
      );
      environment.registerFunction(`Math.least(${types}): ${type}`, (_: unknown, ...xs: Operand[]) =>
        xs.reduce((a, b) => (b < a ? b : a)),
      );
    }
  }
  return environment;
}

type Operand = number | bigint;
