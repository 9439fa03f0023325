/** The small parts of the server that stand alone: settings, scheduler, rounds of edits, facts about names. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyEdits } from '../../server/src/base/edit.ts';
import { EditedText } from '../../server/src/lsp/rebase.ts';
import { scheduler } from '../../server/src/lsp/scheduler.ts';
import { defaultSettings, readSettings } from '../../server/src/lsp/settings.ts';
import { boundaryName, boundaryNames, shownType } from '../../server/src/semantics/cgo-names.ts';
import { ManualClock } from './manual-clock.ts';

describe('settings', () => {
  const known = new Set(['cstring-leak', 'malloc-leak']);

  test('of a section and of an object that holds it', () => {
    const value = { enable: false, leaveToVet: ['unsafeptr'], rules: { 'cstring-leak': 'error', 'malloc-leak': 'off' } };
    expect(readSettings(value, known)).toEqual({ settings: value, problems: [] });
    expect(readSettings({ cgoGuard: value }, known)).toEqual({ settings: value, problems: [] });
  });

  test.each([[undefined], [null], [{}], [{ rules: null }], [{ trace: { server: 'off' } }]])('%j leaves everything as it is', (value) => {
    expect(readSettings(value, known)).toEqual({ settings: defaultSettings, problems: [] });
  });

  test.each([
    [[], 'cgoGuard must be an object, not []'],
    ['on', 'cgoGuard must be an object, not "on"'],
    [{ enable: 'yes' }, 'cgoGuard.enable must be true or false, not "yes"'],
    [{ rules: 'off' }, 'cgoGuard.rules must be an object, not "off"'],
    [{ rules: { 'no-such-rule': 'off' } }, 'cgoGuard.rules: there is no rule "no-such-rule"'],
    [{ rules: { 'malloc-leak': 'fatal' } }, 'cgoGuard.rules.malloc-leak must be one of error, warning, info, hint, off, not "fatal"'],
  ])('%j is told and ignored', (value, problem) => {
    expect(readSettings(value, known)).toEqual({ settings: defaultSettings, problems: [problem] });
  });

  test('one bad value leaves the good ones', () => {
    const { settings, problems } = readSettings({ enable: 1, rules: { 'malloc-leak': 2, 'cstring-leak': 'hint' } }, known);
    expect(settings).toEqual({ ...defaultSettings, rules: { 'cstring-leak': 'hint' } });
    expect(problems).toHaveLength(2);
  });
});

describe('scheduler', () => {
  /** A scheduler whose items end when the test says so. */
  function start() {
    const clock = new ManualClock();
    const begun: string[] = [];
    const ends: (() => void)[] = [];
    const queue = scheduler<string>((item) => {
      begun.push(item);
      return new Promise((resolve) => ends.push(resolve));
    }, 150, clock.after);
    const endOne = async (): Promise<void> => {
      ends.shift()!();
      await new Promise<void>((resolve) => setImmediate(resolve));
    };
    return { clock, begun, endOne, queue };
  }

  test('waits for calm and runs each item once', async () => {
    const { clock, begun, endOne, queue } = start();
    queue.later(['a', 'b']);
    queue.later(['b', 'c']);
    expect(begun).toEqual([]);
    expect(clock.waiting).toBe(1);
    clock.tick();
    expect(begun).toEqual(['a']);
    await endOne();
    await endOne();
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  test('runs at once what is asked for now, and no longer calmly', async () => {
    const { clock, begun, endOne, queue } = start();
    queue.later(['a', 'b']);
    queue.now(['b']);
    expect(begun).toEqual(['b']);
    await endOne();
    clock.tick();
    expect(begun).toEqual(['b', 'a']);
  });

  test('an item that is running runs again when it is added meanwhile', async () => {
    const { begun, endOne, queue } = start();
    queue.now(['a']);
    queue.now(['a']);
    queue.now(['a']);
    await endOne();
    await endOne();
    expect(begun).toEqual(['a', 'a']);
  });

  test('forgets what has not begun', async () => {
    const { clock, begun, endOne, queue } = start();
    queue.now(['a', 'b']);
    queue.later(['c']);
    queue.clear();
    await endOne();
    clock.tick();
    expect(begun).toEqual(['a']);
  });
});

describe('rounds of edits', () => {
  test('become one set against the first text', () => {
    const text = new EditedText('f(C.CString(s))\n');
    text.apply([{ span: { start: 0, end: 0 }, newText: 'p := C.CString(s)\n' }, { span: { start: 2, end: 14 }, newText: 'p' }]);
    text.apply([{ span: { start: 18, end: 18 }, newText: 'defer free(p)\n' }]);
    expect(text.text).toBe('p := C.CString(s)\ndefer free(p)\nf(p)\n');
    expect(text.edits()).toEqual([
      { span: { start: 0, end: 0 }, newText: 'p := C.CString(s)\ndefer free(p)\n' },
      { span: { start: 2, end: 14 }, newText: 'p' },
    ]);
  });

  test('insertions at one place keep their order, and taking one back leaves no trace', () => {
    const text = new EditedText('ab');
    text.apply([{ span: { start: 1, end: 1 }, newText: 'X' }, { span: { start: 1, end: 1 }, newText: 'Y' }]);
    expect(text.text).toBe('aXYb');
    text.apply([{ span: { start: 1, end: 3 }, newText: '' }]);
    expect(text.edits()).toEqual([]);
  });

  test('the set gives the same text as the rounds', () => {
    const round = fc.array(fc.tuple(fc.nat(30), fc.nat(6), fc.string({ maxLength: 4 })), { maxLength: 3 });
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.array(round, { maxLength: 6 }), (before, rounds) => {
        const edited = new EditedText(before);
        let now = before;
        for (const wanted of rounds) {
          const edits = wanted.map(([start, length, newText]) => ({
            span: { start: Math.min(start, now.length), end: Math.min(start + length, now.length) },
            newText,
          }));
          const after = applyEdits(now, edits);
          if (after === undefined) continue;
          edited.apply(edits);
          now = after;
        }
        expect(edited.text).toBe(now);
        expect(applyEdits(before, edited.edits())).toBe(now);
      }),
    );
  });
});

describe('facts about names of the border', () => {
  test.each([
    ['CString', 'C', 'C.CString'],
    ['Slice', 'unsafe', 'unsafe.Slice'],
    ['Delete', 'cgo.Handle', 'cgo.Handle.Delete'],
    ['NewHandle', 'runtime/cgo', 'cgo.NewHandle'],
    ['C', undefined, 'C'],
  ])('%s of %s', (name, qualifier, expected) => {
    expect(boundaryName(name, qualifier)?.name).toBe(expected);
  });

  test('a size names its own type', () => {
    expect(boundaryName('sizeof_struct_point', 'C')?.signature).toBe('const C.sizeof_struct_point C.size_t');
  });

  test.each([['CString', undefined], ['Delete', 'm'], ['puts', 'C'], ['constructor', undefined], ['Pointer', 'atomic']])('nothing about %s of %s', (name, qualifier) => {
    expect(boundaryName(name, qualifier)).toBeUndefined();
  });

  test.each(boundaryNames.map((entry) => [entry.name, entry] as const))('%s is told in sentences with a source', (_, { summary, facts, source, signature }) => {
    expect(facts.length).toBeGreaterThan(0);
    for (const sentence of [summary, ...facts]) expect(sentence).toMatch(/^[\p{Lu}*`].*[.]\**$/u);
    expect(source.url).toMatch(/^https:\/\//);
    expect(signature).not.toMatch(/\n/);
  });

  test('names are told once', () => {
    expect(new Set(boundaryNames.map(({ name }) => name)).size).toBe(boundaryNames.length);
  });

  test.each([
    ['h := cgo.NewHandle(v)', 'h', 'cgo.Handle'],
    ['func done(h cgo.Handle) {', 'h', 'cgo.Handle'],
    ['var h cgo.Handle', 'h', 'cgo.Handle'],
    ['type s struct {\n\thandle cgo.Handle\n}', 's.handle', 'cgo.Handle'],
    ['', 'cgo.Handle(ctx)', 'cgo.Handle'],
    ['var p runtime.Pinner', 'p', 'runtime.Pinner'],
    ['pins   *runtime.Pinner', 'b.pins', 'runtime.Pinner'],
    ['p := &runtime.Pinner{}', 'p', 'runtime.Pinner'],
    ['p := new(runtime.Pinner)', 'p', 'runtime.Pinner'],
    ['sh := cgo.NewHandle(v)', 'h', undefined],
    ['m := sync.Map{}', 'm', undefined],
    ['h := cgo.NewHandle(v)', 'f()', undefined],
  ])('%j shows that %s is %s', (text, operand, type) => {
    expect(shownType(text, operand)).toBe(type);
  });
});
