import { createTemporalUi } from './temporal-ui';

describe('an address in the Temporal Web UI', () => {
  it.each([
    ['the root', 'http://127.0.0.1:8233', 'http://127.0.0.1:8233'],
    ['the root with a slash', 'http://127.0.0.1:8233/', 'http://127.0.0.1:8233'],
    ['a path that the UI is served under', 'https://ops.example/temporal/', 'https://ops.example/temporal'],
    [
      'the list as a browser shows it',
      'https://ops.example/temporal/namespaces/default/workflows?query=x',
      'https://ops.example/temporal',
    ],
  ])('is made of %s', (_what, given, root) => {
    const ui = createTemporalUi(given, 'scrip');
    expect(ui.list()).toBe(`${root}/namespaces/scrip/workflows`);
    expect(ui.workflow('spend/spd_1')).toBe(`${root}/namespaces/scrip/workflows/spend%2Fspd_1`);
  });

  it('has the query in it, letter by letter', () => {
    const query = 'WorkflowType = "spend" AND ExecutionStatus = "Running"';
    const address = new URL(createTemporalUi('http://127.0.0.1:8233', 'scrip').list(query));
    expect(address.searchParams.get('query')).toBe(query);
  });
});
