import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { describeFields, readYaml } from '../../../src/balancer/yaml/read-yaml.ts';

describe('readYaml', () => {
  it.each([
    { text: 'a: [1, two]', value: { a: [1, 'two'] } },
    { text: '{"a": null}', value: { a: null } },
    { text: '# nothing', value: null },
  ])('reads $text', ({ text, value }) => {
    expect(readYaml(text)).toEqual({ ok: true, value });
  });

  it.each([
    { name: 'an open list', text: 'a: [1\nb: 2', problem: /^Flow sequence .* at line 2, column 1$/ },
    {
      name: 'a key that is there twice',
      text: 'a: 1\nb: 2\na: 3',
      problem: /^Map keys must be unique at line 3, column 1$/,
    },
    { name: 'a tab as indentation', text: 'a:\n\tb: 1', problem: /line 2/ },
    { name: 'an alias of nothing', text: 'a: *b', problem: /alias/i },
  ])('says where $name is', ({ text, problem }) => {
    expect(readYaml(text)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });
});

describe('describeFields', () => {
  const Schema = z.object({ list: z.array(z.object({ port: z.number().min(1) })) });

  it.each([
    {
      value: { list: [{ port: 1 }, { port: 0 }, {}] },
      text: 'list[1].port: must be at least 1; list[2].port: is required',
    },
    { value: 'words', text: 'the text must be of type object' },
  ])('names the fields of %j', ({ value, text }) => {
    const { error } = Schema.safeParse(value);

    expect(error && describeFields(error)).toBe(text);
  });
});
