import type { ApiDeps } from './deps';
import type { Route } from './http/route';
import { createAddOn } from './operations/add-ons/create-add-on';
import { getAddOn } from './operations/add-ons/get-add-on';
import { getCatalog } from './operations/catalog/get-catalog';
import { createCustomer } from './operations/customers/create-customer';
import { createPortalSession } from './operations/customers/create-portal-session';
import { deleteCustomer } from './operations/customers/delete-customer';
import { getCustomer } from './operations/customers/get-customer';
import { getRights } from './operations/customers/get-rights';
import { openBillingPortal } from './operations/customers/open-billing-portal';
import { captureHold } from './operations/holds/capture-hold';
import { createHold } from './operations/holds/create-hold';
import { getHold } from './operations/holds/get-hold';
import { voidHold } from './operations/holds/void-hold';
import { auditLedger } from './operations/ledger/audit-ledger';
import { createAdjustment } from './operations/ledger/create-adjustment';
import { getBalance } from './operations/ledger/get-balance';
import { listAlarms } from './operations/ledger/list-alarms';
import { listStatement } from './operations/ledger/list-statement';
import { reportRevenue } from './operations/ledger/report-revenue';
import { reportRollForward } from './operations/ledger/report-roll-forward';
import { getAccountPage } from './operations/service/get-account-page';
import { getDocs } from './operations/service/get-docs';
import { getHealthz } from './operations/service/get-healthz';
import { getMetrics } from './operations/service/get-metrics';
import { getOpenapi } from './operations/service/get-openapi';
import { getOperatorsPage } from './operations/service/get-operators-page';
import { getProblemPage } from './operations/service/get-problem-page';
import { getReadyz } from './operations/service/get-readyz';
import { cancelSpend } from './operations/spends/cancel-spend';
import { completeSpend } from './operations/spends/complete-spend';
import { createQuote } from './operations/spends/create-quote';
import { createSpend } from './operations/spends/create-spend';
import { failSpend } from './operations/spends/fail-spend';
import { getSpend } from './operations/spends/get-spend';
import { heartbeatSpend } from './operations/spends/heartbeat-spend';
import { listCustomerSpends } from './operations/spends/list-customer-spends';
import { refundSpend } from './operations/spends/refund-spend';
import { streamSpendEvents } from './operations/spends/stream-spend-events';
import { cancelSubscription } from './operations/subscriptions/cancel-subscription';
import { changePlan } from './operations/subscriptions/change-plan';
import { createContract } from './operations/subscriptions/create-contract';
import { createSubscription } from './operations/subscriptions/create-subscription';
import { getSubscription } from './operations/subscriptions/get-subscription';
import { migrateSubscription } from './operations/subscriptions/migrate-subscription';
import { pauseSubscription } from './operations/subscriptions/pause-subscription';
import { recordPayment } from './operations/subscriptions/record-payment';
import { resumeSubscription } from './operations/subscriptions/resume-subscription';
import { getAutoTopUp } from './operations/top-ups/get-auto-top-up';
import { removeAutoTopUp } from './operations/top-ups/remove-auto-top-up';
import { setAutoTopUp } from './operations/top-ups/set-auto-top-up';
import { receiveJobReport } from './operations/webhooks/receive-job-report';
import { receiveJobsWebhook } from './operations/webhooks/receive-jobs-webhook';
import { receiveStripeWebhook } from './operations/webhooks/receive-stripe-webhook';
import { createUpload } from './operations/works/create-upload';
import { deleteModel } from './operations/works/delete-model';
import { deleteUpload } from './operations/works/delete-upload';
import { getImage } from './operations/works/get-image';
import { getImageFile } from './operations/works/get-image-file';
import { getLicense } from './operations/works/get-license';
import { getModel } from './operations/works/get-model';
import { getUploadFile } from './operations/works/get-upload-file';
import { listCustomerLicenses } from './operations/works/list-customer-licenses';
import { listModelImages } from './operations/works/list-model-images';
import { listModels } from './operations/works/list-models';
import { updateImage } from './operations/works/update-image';
import { updateModel } from './operations/works/update-model';

/** The whole API. */
export const routes: readonly Route<ApiDeps>[] = [
  { method: 'post', path: '/v1/customers', operation: createCustomer },
  { method: 'get', path: '/v1/customers/{id}', operation: getCustomer },
  { method: 'delete', path: '/v1/customers/{id}', operation: deleteCustomer },
  { method: 'get', path: '/v1/customers/{id}/balance', operation: getBalance },
  { method: 'get', path: '/v1/customers/{id}/rights', operation: getRights },
  { method: 'get', path: '/v1/customers/{id}/statement', operation: listStatement },
  { method: 'get', path: '/v1/customers/{id}/spends', operation: listCustomerSpends },
  { method: 'get', path: '/v1/customers/{id}/licenses', operation: listCustomerLicenses },

  { method: 'get', path: '/v1/customers/{id}/auto-top-up', operation: getAutoTopUp },
  { method: 'put', path: '/v1/customers/{id}/auto-top-up', operation: setAutoTopUp },
  { method: 'delete', path: '/v1/customers/{id}/auto-top-up', operation: removeAutoTopUp },
  { method: 'post', path: '/v1/customers/{id}/billing-portal', operation: openBillingPortal },
  { method: 'post', path: '/v1/portal-sessions', operation: createPortalSession },

  { method: 'get', path: '/v1/catalog', operation: getCatalog },
  { method: 'post', path: '/v1/quotes', operation: createQuote },

  { method: 'post', path: '/v1/subscriptions', operation: createSubscription },
  { method: 'get', path: '/v1/subscriptions/{id}', operation: getSubscription },
  { method: 'post', path: '/v1/subscriptions/{id}/change-plan', operation: changePlan },
  { method: 'post', path: '/v1/subscriptions/{id}/cancel', operation: cancelSubscription },
  { method: 'post', path: '/v1/subscriptions/{id}/resume', operation: resumeSubscription },
  { method: 'post', path: '/v1/subscriptions/{id}/pause', operation: pauseSubscription },

  { method: 'post', path: '/v1/add-ons', operation: createAddOn },
  { method: 'get', path: '/v1/add-ons/{id}', operation: getAddOn },

  { method: 'post', path: '/v1/spends', operation: createSpend },
  { method: 'get', path: '/v1/spends/{id}', operation: getSpend },
  { method: 'get', path: '/v1/spends/{id}/events', operation: streamSpendEvents },
  { method: 'post', path: '/v1/spends/{id}/cancel', operation: cancelSpend },
  { method: 'post', path: '/v1/spends/{id}/heartbeat', operation: heartbeatSpend },
  { method: 'post', path: '/v1/spends/{id}/complete', operation: completeSpend },
  { method: 'post', path: '/v1/spends/{id}/fail', operation: failSpend },

  { method: 'post', path: '/v1/holds', operation: createHold },
  { method: 'get', path: '/v1/holds/{id}', operation: getHold },
  { method: 'post', path: '/v1/holds/{id}/capture', operation: captureHold },
  { method: 'post', path: '/v1/holds/{id}/void', operation: voidHold },

  { method: 'post', path: '/v1/uploads', operation: createUpload },
  { method: 'delete', path: '/v1/uploads/{id}', operation: deleteUpload },
  { method: 'get', path: '/v1/uploads/{id}/file', operation: getUploadFile },

  { method: 'get', path: '/v1/models', operation: listModels },
  { method: 'get', path: '/v1/models/{id}', operation: getModel },
  { method: 'patch', path: '/v1/models/{id}', operation: updateModel },
  { method: 'delete', path: '/v1/models/{id}', operation: deleteModel },
  { method: 'get', path: '/v1/models/{id}/images', operation: listModelImages },

  { method: 'get', path: '/v1/images/{id}', operation: getImage },
  { method: 'patch', path: '/v1/images/{id}', operation: updateImage },
  { method: 'get', path: '/v1/images/{id}/file', operation: getImageFile },
  { method: 'get', path: '/v1/licenses/{id}', operation: getLicense },

  { method: 'post', path: '/v1/adjustments', operation: createAdjustment },
  { method: 'post', path: '/v1/contracts', operation: createContract },
  { method: 'post', path: '/v1/subscriptions/{id}/payments', operation: recordPayment },
  { method: 'post', path: '/v1/subscriptions/{id}/migrate', operation: migrateSubscription },
  { method: 'post', path: '/v1/spends/{id}/refund', operation: refundSpend },
  { method: 'get', path: '/v1/reports/roll-forward', operation: reportRollForward },
  { method: 'get', path: '/v1/reports/revenue', operation: reportRevenue },
  { method: 'get', path: '/v1/audit', operation: auditLedger },
  { method: 'get', path: '/v1/alarms', operation: listAlarms },

  { method: 'post', path: '/webhooks/stripe', operation: receiveStripeWebhook },
  { method: 'post', path: '/webhooks/jobs', operation: receiveJobsWebhook },
  { method: 'post', path: '/webhooks/jobs/{token}', operation: receiveJobReport },

  { method: 'get', path: '/account', operation: getAccountPage },

  { method: 'get', path: '/healthz', operation: getHealthz },
  { method: 'get', path: '/readyz', operation: getReadyz },
  { method: 'get', path: '/metrics', operation: getMetrics },
  { method: 'get', path: '/openapi.json', operation: getOpenapi },
  { method: 'get', path: '/docs', operation: getDocs },
  { method: 'get', path: '/docs/operators', operation: getOperatorsPage },
  { method: 'get', path: '/docs/problems/{id}', operation: getProblemPage },
];
