#!/usr/bin/env bash
# A service that renders films and is paid by the second, told with curl against a stack that was started with
# SCRIP_CATALOG=catalog/video.yaml npm start. The work is done elsewhere: Scrip holds, hears of it and settles.
. "$(dirname "$0")/with-curl.sh"

echo "1. A customer arrives."
customer=$(post /v1/customers "{\"externalId\": \"$run\"}" | json id)
echo "   credits: $(balance), plan: $(plan)"

echo "2. He may not render for the cinema yet."
cinema="{\"customerId\": \"$customer\", \"action\": \"render_cinema\", \"input\": {\"prompt\": \"a storm over the harbour\", \"seconds\": 30}}"
refusal=$(post /v1/spends "$cinema")
echo "   $(json status <<<"$refusal") $(json code <<<"$refusal")"

echo "3. He buys the plan that can, and pays with the test card."
subscription=$(post /v1/subscriptions "{\"customerId\": \"$customer\", \"plan\": \"studio\", \"interval\": \"month\", \"collection\": \"checkout\"}")
pay "$(json checkoutUrl <<<"$subscription")"
until_equal 6060 balance
echo "   credits: $(balance), plan: $(plan)"

echo "4. He asks for 30 seconds in 4K. Scrip holds what they cost."
spend=$(post /v1/spends "$cinema")
film=$(json id <<<"$spend")
echo "   $(json status <<<"$spend"), held: $(json credits.reserved <<<"$spend"), credits: $(balance)"

echo "5. The service says that it is at work."
spend=$(post "/v1/spends/$film/heartbeat" '{"progress": 40}')
echo "   $(json status <<<"$spend"), progress: $(json progress <<<"$spend")"

echo "6. It delivers 24 seconds of them, and he pays exactly that."
spend=$(post "/v1/spends/$film/complete" '{"delivered": 24}')
echo "   $(json status <<<"$spend"), credits: $(json credits <<<"$spend")"
echo "   credits left: $(balance)"

echo "7. A sound track at half a credit a second fails, and costs nothing."
spend=$(post /v1/spends "{\"customerId\": \"$customer\", \"action\": \"add_sound\", \"input\": {\"seconds\": 24.5}}")
echo "   $(json status <<<"$spend"), held: $(json credits.reserved <<<"$spend")"
spend=$(post "/v1/spends/$(json id <<<"$spend")/fail" '{"code": "no_voice", "detail": "Nobody was there to speak."}')
echo "   $(json status <<<"$spend"), $(json failure.code <<<"$spend"), credits: $(balance)"

echo "8. The statement says it in the words of the catalog, oldest first."
statement
