/** Where an alert leads that a stack's configuration adds without naming a dashboard. */
export const homeDashboard = "stack-overview";
