"""The portal's own files, as it lays them out; what stands in them is made up."""

from __future__ import annotations

#: The list of issued invoices: 82 columns, and an empty one after the last mark.
ISSUED = (
    "Identifiant Chorus Pro",
    "Numéro",
    "État courant",
    "Instructeur",
    "Motif de rejet",
    "Commentaire de l'état",
    "Type de demande de paiement",
    "Type facture",
    "Type de facture de travaux",
    "Cadre de facturation",
    "Date Fournisseur",
    "Date de création",
    "Date de dépôt",
    "Date état courant",
    "Date échéance paiement",
    "Valideur 1 (date de validation)",
    "Valideur 2 (date de validation)",
    "Fournisseur (type d'identifiant)",
    "Fournisseur (identifiant)",
    "Fournisseur (désignation)",
    "Fournisseur (TVA intracommunautaire)",
    "Fournisseur (code service)",
    "Fournisseur (service)",
    "Destinataire (type d'identifiant)",
    "Destinataire (identifiant)",
    "Destinataire (désignation)",
    "Destinataire (TVA intracommunautaire)",
    "Destinataire (code service)",
    "Destinataire (service)",
    "Mode de dépôt",
    "Mt HT",
    "Mt TTC",
    "Montant à payer",
    "Montant TTC avant remise",
    "Montant remise globale TTC",
    "Motif",
    "Montant TVA",
    "Devise de la facture",
    "Type de TVA",
    "Motif d'éxoneration",
    "Certificat de dépôt n°",
    "Identifiant numérisation",
    "Numéro de la facture d'origine",
    "Numéro DP mandat",
    "Numéro du bon de commande",
    "Numéro de marché",
    "Coordonnées bancaires",
    "BIC ou Swift",
    "Mode de règlement",
    "Document précédent (numéro)",
    "Document précédent (type de pièce)",
    "Document suivant (numéro)",
    "Document suivant (type de pièce)",
    "Dossier de facturation",
    "Commentaire",
    "Numéro de lot transmis",
    "Date modification",
    "Telechargée",
    "Emetteur (type d'identifiant)",
    "Emetteur (identifiant)",
    "Emetteur (désignation)",
    "Affactureur (type d'identifiant)",
    "Affactureur (identifiant)",
    "Affactureur (désignation)",
    "Maîtrise d’oeuvre (type d'identifiant)",
    "Maîtrise d’oeuvre (identifiant)",
    "Maîtrise d’oeuvre (désignation)",
    "Maîtrise d’oeuvre (TVA intracommunautaire)",
    "Maîtrise d'oeuvre (code service)",
    "Maîtrise d’oeuvre (service)",
    "Maîtrise d’ouvrage (type d'identifiant)",
    "Maîtrise d’ouvrage (identifiant)",
    "Maîtrise d’ouvrage (désignation)",
    "Maîtrise d’ouvrage (TVA intracommunautaire)",
    "Maîtrise d’ouvrage (code service)",
    "Maîtrise d’ouvrage (service)",
    "Valideur 1 (type d'identifiant)",
    "Valideur 1 (identifiant)",
    "Valideur 1 (désignation)",
    "Valideur 2 (type d'identifiant)",
    "Valideur 2 (identifiant)",
    "Valideur 2 (désignation)",
    "",
)
#: The list of services of public bodies.
SERVICES = (
    "Identifiant",
    "Désignation",
    "Libelle service",
    "Code service",
    "Statut",
    "Service obligatoire",
    "Engagement obligatoire",
    "Service ou engagement obligatoire",
    "Numéro TVA intracommunautaire",
)


def issued(*rows: dict[str, str]) -> str:
    """The list of issued invoices, as the portal exports it.

    :param rows: value by column; the others are filled with what must not be taken for it
    """
    others = {
        "Date Fournisseur": "01/10/2026",
        "Date de dépôt": "02/10/2026",
        "Date modification": "30/10/2026",
        "Motif": "Remise de fin d'année",
        "Commentaire": "Merci de votre commande",
        "Numéro de la facture d'origine": "FAC/2026/99999",
        "Numéro du bon de commande": "BC-1",
        "Identifiant Chorus Pro": "900000000101",
    }
    return text(ISSUED, *({**others, **row} for row in rows))


def text(headers: tuple[str, ...], *rows: dict[str, str]) -> str:
    """A file of the portal.

    :param headers: of its columns
    :param rows: value by column
    """
    lines = [headers, *([row.get(name, "") for name in headers] for row in rows)]
    return "".join(";".join(cells) + "\r\n" for cells in lines)
