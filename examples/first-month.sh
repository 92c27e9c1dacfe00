#!/usr/bin/env bash
# The first month of a customer, told with curl against a running stack (npm start in another terminal).
. "$(dirname "$0")/with-curl.sh"

# spend BODY: starts a spend, waits for its end and leaves it in $spend.
spend() {
  spend=$(post /v1/spends "$1")
  spend=$(get "/v1/spends/$(json id <<<"$spend")?wait=30")
}
watermark() { curl -sS -o /dev/null -D - "$api_url/v1/images/$1/file?customerId=$customer" \
  -H "Authorization: Bearer $api_key" | tr -d '\r' | sed -n 's/^[Ss]crip-[Ww]atermark: //p'; }

echo "1. A customer arrives."
customer=$(post /v1/customers "{\"externalId\": \"$run\"}" | json id)
echo "   credits: $(balance), plan: $(plan)"

echo "2. She makes an image with a public model."
model=$(get '/v1/models?visibility=public' | json data.0.id)
spend "{\"customerId\": \"$customer\", \"action\": \"generate_images\",
  \"input\": {\"modelId\": \"$model\", \"prompt\": \"a lighthouse at dusk\", \"count\": 1, \"seed\": 7}}"
image=$(json result.imageIds.0 <<<"$spend")
echo "   $(json status <<<"$spend"), credits: $(balance)"
echo "   newest on the landing page: $([ "$(get "/v1/models/$model/images" | json data.0.id)" = "$image" ] && echo yes || echo no)"
echo "   download watermarked: $(watermark "$image")"

echo "3. She may not train a model yet."
uploads=()
for picture in examples/pictures/*; do
  upload=$(curl -sS "$api_url/v1/uploads" -H "Authorization: Bearer $api_key" -F "customerId=$customer" -F "file=@$picture")
  uploads+=("\"$(json id <<<"$upload")\"")
done
upload_ids=$(IFS=,; echo "${uploads[*]}")
training="{\"customerId\": \"$customer\", \"action\": \"train_model\",
  \"input\": {\"name\": \"My style\", \"visibility\": \"private\", \"uploadIds\": [$upload_ids]}}"
refusal=$(post /v1/spends "$training")
echo "   $(json status <<<"$refusal") $(json code <<<"$refusal")"

echo "4. She subscribes to Standard and pays with the test card."
subscription=$(post /v1/subscriptions "{\"customerId\": \"$customer\", \"plan\": \"standard\", \"interval\": \"month\", \"collection\": \"checkout\"}")
pay "$(json checkoutUrl <<<"$subscription")"
until_equal 509 balance
echo "   credits: $(balance), plan: $(plan)"

echo "5. She trains a model on ${#uploads[@]} pictures."
spend "$training"
own_model=$(json result.modelId <<<"$spend")
echo "   $(json status <<<"$spend"), credits: $(balance)"

echo "6. She makes four private images with it."
spend "{\"customerId\": \"$customer\", \"action\": \"generate_images\",
  \"input\": {\"modelId\": \"$own_model\", \"prompt\": \"morning hills\", \"count\": 4}}"
own_image=$(json result.imageIds.0 <<<"$spend")
echo "   $(json status <<<"$spend"), credits: $(balance)"
echo "   visibility: $(get "/v1/images/$own_image?customerId=$customer" | json visibility), watermarked: $(watermark "$own_image")"

echo "7. She licenses the image of the public model."
spend "{\"customerId\": \"$customer\", \"action\": \"license_image\", \"input\": {\"imageId\": \"$image\"}}"
echo "   $(json status <<<"$spend"), credits: $(balance)"
echo "   download watermarked: $(watermark "$image")"

echo "8. She buys an add-on."
order=$(post /v1/add-ons "{\"customerId\": \"$customer\", \"quantity\": 1}")
pay "$(json checkoutUrl <<<"$order")"
until_equal 1105 balance
echo "   credits: $(balance), order: $(get "/v1/add-ons/$(json id <<<"$order")" | json status)"

echo "9. The statement explains every credit, oldest first."
statement
