/** Which names are offered behind `C.`, and in which order. */
import { describe, expect, test } from 'vitest';
import { chooseNames } from '../../server/src/lsp/choose-names.ts';
import type { CNameOffer } from '../../server/src/semantics/c-symbols.ts';

const offer = (name: string, nearness: CNameOffer['nearness'] = 'outside'): CNameOffer => ({ name, nearness, kind: 'function', detail: '' });
const names = (offers: readonly CNameOffer[], typed: string): string[] => chooseNames(offers, typed).offers.map(({ name }) => name);

/** A library of two thousand names with one beginning. */
const library = Array.from({ length: 2000 }, (_, i) => offer(`SSL_X_${i}`));

describe('what was typed', () => {
  test('counts first: as it is written, then in any case, then within', () => {
    const offers = ['message', 'use_ssl', 'SSL_new', 'wassl', 'ssl_old', 'ssl'].map((name) => offer(name));
    expect(names(offers, 'ssl')).toEqual(['ssl', 'ssl_old', 'SSL_new', 'use_ssl', 'wassl']);
    expect(names(offers, 'SSL')).toEqual(['SSL_new', 'ssl_old', 'ssl', 'use_ssl', 'wassl']);
  });

  test('may leave letters out, from the beginning of a word on', () => {
    const offers = ['g_string_new', 'gtkSpinNew', 'sign', 'g_nest'].map((name) => offer(name));
    expect(names(offers, 'gsn')).toEqual(['g_string_new', 'gtkSpinNew']);
    expect(names(offers, 'sne')).toEqual(['g_string_new', 'gtkSpinNew']);
  });
});

describe('among equals', () => {
  test('what the package uses comes before what it declares, and that before the machine', () => {
    expect(names([offer('SSL_a'), offer('SSL_b', 'own'), offer('SSL_c', 'used')], 'S')).toEqual(['SSL_c', 'SSL_b', 'SSL_a']);
    expect(names([offer('a'), offer('b', 'own'), offer('c', 'used')], '')).toEqual(['c', 'b', 'a']);
  });

  test('headers keep their order', () => {
    expect(names([offer('set_z'), offer('set_a')], 'set')).toEqual(['set_z', 'set_a']);
  });
});

describe('of many', () => {
  test('the best are never cut off', () => {
    const { offers, all } = chooseNames([...library, offer('SSL'), offer('SSL_mine', 'used')], 'S');
    expect(all).toBe(false);
    expect(offers[0]?.name).toBe('SSL_mine');
    expect(names([...library, offer('SSL')], 'SSL')[0]).toBe('SSL');
    expect(names([...library, offer('SSL')], 'SSL_X_1999')).toEqual(['SSL_X_1999']);
  });

  test('the list is whole as soon as it can be', () => {
    expect(chooseNames(library, 'SSL_X_199')).toMatchObject({ all: true });
    expect(names(library, 'SSL_X_199').slice(0, 11)).toEqual(library.map(({ name }) => name).filter((name) => name.startsWith('SSL_X_199')));
    expect(chooseNames(library.slice(0, 100), '')).toMatchObject({ all: true, offers: { length: 100 } });
  });
});
