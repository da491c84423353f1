/**
 * Who notices that nothing is told any more: an outside service that is called for as long as the Watchdog fires, and calls
 * people when it has heard nothing. Services such as healthchecks.io take the webhook as it is.
 */
import type { Notifications, Receiver, Route, SecretDeclaration } from "./model.ts";

/** Secret with the address of the outside service. */
export const deadMansSwitchSecret = "deadmans-switch-url";

/** Its declaration, by a system that may have one. */
export const deadMansSwitchDeclaration: SecretDeclaration = {
  name: deadMansSwitchSecret,
  about: "Address of an outside service that calls people when the Watchdog stops calling it.",
  generated: false,
  optional: true,
};

const watchdogMatcher = 'alertname="Watchdog"';

/**
 * The Watchdog is sent on, every minute or two, in place of to nobody. A call that the Watchdog is over would count as one
 * that it is well.
 */
export function withDeadMansSwitch(notifications: Notifications): Notifications {
  const receiver: Receiver = {
    name: "deadmans-switch",
    kind: "webhook",
    urlSecret: deadMansSwitchSecret,
    sendResolved: false,
  };
  const watchdog: Route = {
    receiver: receiver.name,
    matchers: [watchdogMatcher],
    groupBy: ["alertname"],
    groupWait: "0s",
    // Whether it is time to repeat is looked at once an interval.
    groupInterval: "30s",
    repeatInterval: "1m",
  };
  const { routes = [] } = notifications.root;
  return {
    ...notifications,
    root: {
      ...notifications.root,
      routes: [watchdog, ...routes.filter(({ matchers }) => !matchers.includes(watchdogMatcher))],
    },
    receivers: [...notifications.receivers, receiver],
  };
}
