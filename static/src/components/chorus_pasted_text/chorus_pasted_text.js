import {TextField, textField} from "@web/views/fields/text/text_field";
import {onWillUnmount, useEffect} from "@odoo/owl";
import {debounce} from "@web/core/utils/timing";
import {registry} from "@web/core/registry";

/** A text that the server reads while it is typed or pasted, not only once it is left. */
export class ChorusPastedText extends TextField {
    setup() {
        super.setup();
        const commit = debounce(() => this.textareaRef.el?.dispatchEvent(new Event("change")), 300);
        useEffect(
            (textarea) => {
                textarea?.addEventListener("input", commit);
                return () => textarea?.removeEventListener("input", commit);
            },
            () => [this.textareaRef.el]
        );
        onWillUnmount(() => commit.cancel());
    }

    /** A final space must stay while the next word is typed. */
    parse(value) {
        return value;
    }
}

registry.category("fields").add("chorus_pasted_text", {...textField, component: ChorusPastedText});
