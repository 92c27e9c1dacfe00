#!/usr/bin/env bash
# A service that answers with a language model of its own and is paid by the token, told with curl against a stack that was started
# with SCRIP_CATALOG=catalog/language-model.yaml npm start. The work is done elsewhere: Scrip holds, hears of it and settles.
. "$(dirname "$0")/with-curl.sh"

echo "1. A customer arrives."
customer=$(post /v1/customers "{\"externalId\": \"$run\"}" | json id)
echo "   credits: $(balance), plan: $(plan)"

echo "2. She buys a plan and pays in pounds with the test card."
subscription=$(post /v1/subscriptions "{\"customerId\": \"$customer\", \"plan\": \"team\", \"interval\": \"month\",
  \"collection\": \"checkout\", \"currency\": \"gbp\"}")
pay "$(json checkoutUrl <<<"$subscription")"
until_equal 111200 balance
echo "   credits: $(balance), plan: $(plan)"

echo "3. She asks the large model. Scrip holds what 8,000 tokens may cost: 6,000 read and 2,000 written."
spend=$(post /v1/spends "{\"customerId\": \"$customer\", \"action\": \"answer\",
  \"input\": {\"model\": \"large\", \"tokensIn\": 6000, \"tokensOut\": 2000}}")
answer=$(json id <<<"$spend")
echo "   $(json status <<<"$spend"), held: $(json credits.reserved <<<"$spend"), credits: $(balance)"

echo "4. The service says that it is at work."
spend=$(post "/v1/spends/$answer/heartbeat" '{"progress": {"tokensOut": 400}}')
echo "   $(json status <<<"$spend"), progress: $(json progress <<<"$spend")"

echo "5. It has read 5,120 tokens and written 913, and she pays exactly that."
spend=$(post "/v1/spends/$answer/complete" '{"input": {"model": "large", "tokensIn": 5120, "tokensOut": 913},
  "output": {"finishReason": "stop"}, "cost": {"amountMinor": 2, "currency": "usd"}}')
echo "   $(json status <<<"$spend"), credits: $(json credits <<<"$spend")"
echo "   output: $(json output <<<"$spend"), credits left: $(balance)"

echo "6. The statement says it in the words of the catalog, oldest first."
statement
