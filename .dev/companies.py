"""For Odoo's shell: two French companies with their charts of accounts, for the tests to take.

Odoo's own tests load a chart for each class, and one more for a second company: seconds each. They
are as those make them: with both languages, without demonstration data.
"""

fields = {"country_id": env.ref("base.fr").id, "currency_id": env.ref("base.EUR").id}
for rank in (1, 2):
    company = env["res.company"].create({"name": f"Chorus Test {rank}", **fields})
    env["account.chart.template"].try_loading("fr", company=company, install_demo=False)
    assert company.account_fiscal_country_id.code == "FR"
    # Odoo lets the user who makes a company enter it; the demonstration's user must not.
    env.user.company_ids -= company
env.cr.commit()
