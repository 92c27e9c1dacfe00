/** A page without scripts, so that a form post by any means is all that there is to it. */
export function renderPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 3rem auto; padding: 0 1rem; color: #1a1f36; }
  h1 { font-size: 1.3rem; } label, input, button { display: block; width: 100%; box-sizing: border-box; }
  input { font: inherit; padding: .5rem; margin: .25rem 0 1rem; } button { font: inherit; padding: .6rem; margin-top: .5rem; }
  .error { color: #b3093c; } .note { color: #697386; font-size: .85rem; }
</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${body}
<p class="note">This page stands in for Stripe. Test cards: 4242424242424242 pays, 4000000000000002 is declined.</p>
</body>
</html>
`;
}

/** Text that may stand between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** The form that takes a card, with what was wrong with the one before. */
export function cardForm(button: string, error: string | null): string {
  return `${error === null ? '' : `<p class="error" role="alert">${escapeHtml(error)}</p>\n`}<form method="post">
<label for="number">Card number</label>
<input id="number" name="number" inputmode="numeric" autocomplete="cc-number">
<label for="iban">Or an IBAN</label>
<input id="iban" name="iban">
<button type="submit">${escapeHtml(button)}</button>
</form>`;
}

/** What a bank asks before it lets a card pay: the card is given again with the answer. */
export function authenticationForm(number: string): string {
  return `<p>The bank of this card wants to know that it is you.</p>
<form method="post">
<input type="hidden" name="number" value="${escapeHtml(number)}">
<button type="submit" name="authentication" value="complete">Complete the authentication</button>
<button type="submit" name="authentication" value="fail">Fail the authentication</button>
</form>`;
}

/** An amount as people write it. */
export function formatAmount(amountMinor: number, currency: string): string {
  return `${(amountMinor / 100).toFixed(2)} ${currency.toUpperCase()}`;
}
