import {beforeEach} from "@odoo/hoot";
import {animationFrame, waitUntil} from "@odoo/hoot-dom";
import {Deferred} from "@odoo/hoot-mock";
import {contains as odooContains} from "@web/../tests/web_test_helpers";
import {rpcBus} from "@web/core/network/rpc";

/** How long to wait for what must come: a busy machine is slow, and no test is red for that. */
export const PATIENCE = {timeout: 10_000};

/** Calls that the server has not answered yet, and how many of them the test holds back. */
const calls = new Set();
let held = 0;
rpcBus.addEventListener("RPC:REQUEST", ({detail}) => calls.add(detail.data.id));
rpcBus.addEventListener("RPC:RESPONSE", ({detail}) => calls.delete(detail.data.id));
beforeEach(() => {
    calls.clear();
    held = 0;
});

/** An answer of the server that comes when the test says so. */
export class HeldAnswer {
    constructor() {
        this.answer = new Deferred();
    }

    /** For the server: wait for the test. */
    async wait() {
        held += 1;
        try {
            return await this.answer;
        } finally {
            held -= 1;
        }
    }

    give() {
        this.answer.resolve();
    }

    refuse(error) {
        this.answer.reject(error);
    }
}

/**
 * Wait until the page is at rest: the server has answered all that the test does not hold back,
 * and it is on the screen. How many frames that takes depends on the machine: none are counted.
 */
export async function rest() {
    for (let quiet = 0; quiet < 2; quiet++) {
        await animationFrame();
        if (calls.size > held) {
            await waitUntil(() => calls.size <= held, PATIENCE);
            quiet = -1;
        }
    }
}

/** Odoo's own, which waits for what a gesture causes: it counts one frame. */
export function contains(target, options) {
    const found = odooContains(target, {...PATIENCE, ...options});
    return {
        async click() {
            await found.click();
            await rest();
        },
        async dblclick() {
            await found.dblclick();
            await rest();
        },
    };
}
