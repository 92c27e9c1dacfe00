#!/usr/bin/env bash
# A shop adds an action that no code names, told with curl against a stack that was just started (npm start, with the default catalog
# and an empty SCRIP_HOME): in the end the stack sells another version, so that the beginning cannot be repeated on it.
. "$(dirname "$0")/with-curl.sh"

# subscribe NAME: a new customer, left in $customer, who buys the plan pro, whatever it is by then.
subscribe() {
  local subscription
  customer=$(post /v1/customers "{\"externalId\": \"$run-$1\"}" | json id)
  subscription=$(post /v1/subscriptions "{\"customerId\": \"$customer\", \"plan\": \"pro\", \"interval\": \"month\", \"collection\": \"checkout\"}")
  pay "$(json checkoutUrl <<<"$subscription")"
  until_equal 1010 balance
  echo "   credits: $(balance), plan: $(plan), may enlarge: $(get "/v1/customers/$customer/rights" | json upscale)"
}
# spend ACTION INPUT: what comes of it for $customer; the spend, or its refusal, is left in $spend.
spend() {
  local id
  spend=$(post /v1/spends "{\"customerId\": \"$customer\", \"action\": \"$1\", \"input\": $2}")
  id=$(json id <<<"$spend")
  if [ "$id" = undefined ]; then
    echo "   $(json status <<<"$spend") $(json code <<<"$spend")"
  else
    spend=$(get "/v1/spends/$id?wait=30")
    echo "   $(json status <<<"$spend"), paid: $(json credits.captured <<<"$spend"), credits: $(balance)"
  fi
}
sold() { get /v1/catalog | json version; }
two_images="{\"modelId\": \"$(get '/v1/models?visibility=public' | json data.0.id)\", \"prompt\": \"a lighthouse at dusk\", \"count\": 2}"
enlargement='{"prompt": "a lighthouse at dusk", "scale": 4}'

echo "1. A customer subscribes to what is sold today."
subscribe early
early=$customer

echo "2. Nobody can have an image enlarged yet."
spend upscale_image "$enlargement"

echo "3. The shop adds the action to a copy of its catalog, and looks at what would change."
npx scrip catalog diff examples/upscale.yaml | sed 's/^/   /'

echo "4. It publishes the copy to the running stack."
npx scrip catalog publish examples/upscale.yaml | sed 's/^/   /'
until_equal exactly-2024-upscale sold

echo "5. Who subscribes from now on has the new right, and has an image enlarged."
subscribe late
spend upscale_image "$enlargement"
image=$(json result.imageIds.0 <<<"$spend")
echo "   the image: $(curl -sS -o /dev/null -w '%{http_code} %{content_type}' "$api_url/v1/images/$image/file?customerId=$customer" \
  -H "Authorization: Bearer $api_key")"

echo "6. A scale that the catalog does not know is refused by its own rules, and costs nothing."
spend upscale_image '{"prompt": "a lighthouse at dusk", "scale": 3}'
echo "   $(json detail <<<"$spend"), credits: $(balance)"

echo "7. Her statement says it in the words of the catalog, oldest first."
statement

echo "8. The first customer keeps the version that she bought: what it does not have is not sold to her."
customer=$early
spend upscale_image "$enlargement"
echo "   $(json detail <<<"$spend")"

echo "9. What it has goes on."
spend generate_images "$two_images"

echo "10. Who has no subscription goes by the newest version, and lacks the right."
customer=$(post /v1/customers "{\"externalId\": \"$run-free\"}" | json id)
spend upscale_image "$enlargement"
