internal import FilmClubModel
public import HTTPServer

extension Schema {
    public static let institution = Schema.object(
        "Institution",
        [
            .required("id", id),
            .defaulted("version", .described("Rises by one with every change; an import leaves it out.", .positive)),
            .required("name", line("Lincoln High School")),
            .required("type", .word(of: InstitutionType.self)),
            .required("territory", .described("Where it screens: decides which licences hold.", territory)),
            .required("timeZone", .described("Whose local days its windows count.", timeZone)),
            .required("verified", .described("Only a verified institution can order.", .boolean)),
            .optional(
                "country", .described("Where it is established, if not where it screens: decides its taxes.", territory)
            ),
            .optional("nonProfit", .boolean),
            .optional("taxStatus", .described("Taxable where nothing is said.", .word(of: TaxStatus.self))),
            .optional("taxId", .described("As its country writes it.", line("GB123456789"))),
            .optional("domains", .described("Found to be the institution's.", distinct(domainName))),
        ])

    private static let domainName = Schema.text(
        Text(
            pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$", lengthMax: 253,
            example: "library.example"))
}
