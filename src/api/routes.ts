import type { AnyOperation } from './operation';
import { auditLedger } from './operations/audit-ledger';
import { cancelSpend } from './operations/cancel-spend';
import { cancelSubscription } from './operations/cancel-subscription';
import { captureHold } from './operations/capture-hold';
import { changePlan } from './operations/change-plan';
import { createAddOn } from './operations/create-add-on';
import { createAdjustment } from './operations/create-adjustment';
import { createContract } from './operations/create-contract';
import { createCustomer } from './operations/create-customer';
import { createHold } from './operations/create-hold';
import { createPortalSession } from './operations/create-portal-session';
import { createQuote } from './operations/create-quote';
import { createSpend } from './operations/create-spend';
import { createSubscription } from './operations/create-subscription';
import { createUpload } from './operations/create-upload';
import { deleteCustomer } from './operations/delete-customer';
import { deleteModel } from './operations/delete-model';
import { deleteUpload } from './operations/delete-upload';
import { getAccountPage } from './operations/get-account-page';
import { getAddOn } from './operations/get-add-on';
import { getAutoTopUp } from './operations/get-auto-top-up';
import { getBalance } from './operations/get-balance';
import { getCatalog } from './operations/get-catalog';
import { getCustomer } from './operations/get-customer';
import { getDocs } from './operations/get-docs';
import { getHealthz } from './operations/get-healthz';
import { getHold } from './operations/get-hold';
import { getImage } from './operations/get-image';
import { getImageFile } from './operations/get-image-file';
import { getLicense } from './operations/get-license';
import { getMetrics } from './operations/get-metrics';
import { getModel } from './operations/get-model';
import { getOpenapi } from './operations/get-openapi';
import { getOperatorsPage } from './operations/get-operators-page';
import { getProblemPage } from './operations/get-problem-page';
import { getReadyz } from './operations/get-readyz';
import { getRights } from './operations/get-rights';
import { getSpend } from './operations/get-spend';
import { getSubscription } from './operations/get-subscription';
import { getUploadFile } from './operations/get-upload-file';
import { listAlarms } from './operations/list-alarms';
import { listCustomerLicenses } from './operations/list-customer-licenses';
import { listCustomerSpends } from './operations/list-customer-spends';
import { listModelImages } from './operations/list-model-images';
import { listModels } from './operations/list-models';
import { listStatement } from './operations/list-statement';
import { migrateSubscription } from './operations/migrate-subscription';
import { openBillingPortal } from './operations/open-billing-portal';
import { pauseSubscription } from './operations/pause-subscription';
import { receiveJobReport } from './operations/receive-job-report';
import { receiveJobsWebhook } from './operations/receive-jobs-webhook';
import { receiveStripeWebhook } from './operations/receive-stripe-webhook';
import { recordPayment } from './operations/record-payment';
import { refundSpend } from './operations/refund-spend';
import { removeAutoTopUp } from './operations/remove-auto-top-up';
import { reportRevenue } from './operations/report-revenue';
import { reportRollForward } from './operations/report-roll-forward';
import { resumeSubscription } from './operations/resume-subscription';
import { setAutoTopUp } from './operations/set-auto-top-up';
import { streamSpendEvents } from './operations/stream-spend-events';
import { updateImage } from './operations/update-image';
import { updateModel } from './operations/update-model';
import { voidHold } from './operations/void-hold';

/** One line of the API. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly operation: AnyOperation;
}

/** The whole API. */
export const routes: readonly Route[] = [
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
