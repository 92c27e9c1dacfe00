import { ERROR_CODES } from '../../../domain/errors';
import type { OpenApi, OperationDoc } from '../../http/openapi-document';
import { escapeHtml, pageOf } from '../../http/pages/page';
import { PROBLEMS } from '../../http/problems';

/** The API on one page, made of its description: every operation by topic, every named schema, every problem. */
export function docsPage(openApi: OpenApi): string {
  const operations = Object.entries(openApi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const topics = openApi.tags.map(
    ({ name }) =>
      `<h2 id="${escapeHtml(name)}">${escapeHtml(name)}</h2>\n${operations
        .filter(({ operation }) => operation.tags.includes(name))
        .map(operationHtml)
        .join('\n')}`,
  );
  const { schemas = {} } = openApi.components as { schemas?: Readonly<Record<string, unknown>> };
  const shapes = Object.entries(schemas).map(
    ([name, schema]) =>
      `<details id="schema-${escapeHtml(name)}"><summary>${escapeHtml(name)}</summary>${json(schema)}</details>`,
  );
  const problems = ERROR_CODES.map((code) => {
    const { status, title } = PROBLEMS[code];
    return `<tr><td>${status}</td><td><a href="/docs/problems/${code}"><code>${code}</code></a></td><td>${escapeHtml(title)}</td></tr>`;
  });
  return pageOf('API', [INTRODUCTION, ...topics, '<h2>Schemas</h2>', ...shapes, table(problems)].join('\n'));
}

const INTRODUCTION = `<h1>Scrip API</h1>
<p>JSON over HTTP. Credits are whole numbers, instants are ISO 8601 in UTC. Send your key as
<code>Authorization: Bearer</code>; every POST that moves credits or money needs an <code>Idempotency-Key</code>.
For programs the same is at <a href="/openapi.json"><code>/openapi.json</code></a>; for operators there is
<a href="/docs/operators">the runbook</a>.</p>`;

function operationHtml({
  method,
  path,
  operation,
}: {
  readonly method: string;
  readonly path: string;
  readonly operation: OperationDoc;
}): string {
  const { summary, description = '', parameters, requestBody, responses } = operation;
  const answers = Object.entries(responses).map(
    ([status, response]) =>
      `<tr><td>${escapeHtml(status)}</td><td>${escapeHtml(String(response['description']))}</td></tr>`,
  );
  return `<details><summary><span class="method">${method}</span><code>${escapeHtml(path)}</code> ${escapeHtml(summary)}</summary>
<p>${escapeHtml(description)}</p>
${parameters.length === 0 ? '' : `<h3>Parameters</h3>${json(parameters)}`}
${requestBody === undefined ? '' : `<h3>Body</h3>${json(requestBody)}`}
<h3>Answers</h3><table>${answers.join('')}</table></details>`;
}

function table(rows: readonly string[]): string {
  return `<h2>Problems</h2><table><tr><th>Status</th><th>Code</th><th>Meaning</th></tr>${rows.join('')}</table>`;
}

function json(value: unknown): string {
  return `<pre><code>${escapeHtml(JSON.stringify(value, null, 2))}</code></pre>`;
}
