internal import FilmClubModel
public import HTTPServer

extension Schema {
    public static let programme = Schema.object(
        "Programme",
        [
            .required("id", id),
            .defaulted("version", .described("Rises by one with every change; an import leaves it out.", .positive)),
            .required("slug", slug),
            .required("name", line("Spanish Film Club")),
            .required("slots", slots),
            .defaulted("rules", list(compositionRule)),
            .required("spanWeeks", .integer(1...520)),
            .required("windowDays", .integer(days)),
            .defaulted("windowPolicy", .word(of: WindowPolicy.self)),
            .defaulted("caps", caps),
            .required("priceList", priceList),
            .required("eligibleInstitutionTypes", distinct(.word(of: InstitutionType.self), min: 1)),
            .required("territories", .described("Where it is offered.", distinct(territory, min: 1))),
            .optional("laterPriceLists", .described("What holds after, the earliest first.", list(priceList))),
            .optional("cancellation", .described("Without it nobody cancels what was accepted.", cancellation)),
            .optional("extraFilmsMax", .described("Films beyond the slots, at the price of one alone.", slots)),
        ])

    private static let days =
        Int64(Programme.windowDaysRange.lowerBound)...Int64(Programme.windowDaysRange.upperBound)

    private static let cancellation = Schema.object(
        "CancellationTerms",
        [.required("withinDays", .integer(1...366)), .required("administrativeFeeMinorUnits", .integer(prices))])

    private static let prices = 0...PriceList.minorUnitsMax

    private static let slots = Schema.integer(1...Int64(Programme.slotsMax))

    private static let compositionRule = Schema.named(
        "CompositionRule",
        .anyOf([
            .object([
                .required("rule", .word("minimum-before-year")), .required("count", slots), .required("year", year),
            ]),
            .object([.required("rule", .word("maximum-by-one-director")), .required("count", slots)]),
        ]))

    private static let caps = Schema.object(
        "Caps", [.optional("concurrentSessionsMax", .integer(1...1_000_000))])

    public static let priceList = Schema.object(
        "PriceList",
        [
            .required("version", .integer(1...Int64(Int32.max))),
            .required("currency", currency),
            .required("filmMinorUnits", .described("One film alone.", .integer(prices))),
            .required("bundleMinorUnits", .described("All slots together.", .integer(prices))),
            .optional("tiers", .described("Other prices for some kinds of institutions.", list(priceTier))),
            .optional("validFrom", .described("Without it: since ever.", instant)),
            .optional("validUntil", .described("The first moment when it no longer holds.", instant)),
        ])

    private static let priceTier = Schema.named(
        "PriceTier",
        .anyOf([
            .object([
                tierTypes, .required("filmMinorUnits", .integer(prices)),
                .required("bundleMinorUnits", .integer(prices)),
            ]),
            .object([tierTypes, .required("onRequest", .described("A quote says the price.", .boolean))]),
        ]))

    private static let tierTypes = Member.required(
        "institutionTypes", distinct(.word(of: InstitutionType.self), min: 1))
}
