import {registry} from "@web/core/registry";

/**
 * A tour that a busy machine does not turn red: each step waits for what it needs a minute, the
 * most that Odoo lets it, and goes on at once when it is there.
 *
 * @param {String} name
 * @param {Object[]} steps
 */
export function addTour(name, steps) {
    registry.category("web_tour.tours").add(name, {
        steps: () => steps.map((step) => ({timeout: 60_000, ...step})),
    });
}
