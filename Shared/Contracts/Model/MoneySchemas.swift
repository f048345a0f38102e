internal import FilmClubModel
public import HTTPServer

extension Schema {
    public static let money = Schema.object(
        "Money",
        [
            .required("minorUnits", .described("Cents, for USD.", .integer(Int64.min...Int64.max))),
            .required("currency", currency),
        ])

    /// What an order costs, and how that came about.
    public static let charge = Schema.object(
        "Charge",
        [
            .required("screeningFees", .described("What the order's lines add up to.", money)),
            .optional("discount", .described("The part that a grant pays.", discount)),
            .optional("tax", .described("On what is left after the discount. None: none is due.", taxCharge)),
            .required("total", .described("What is to be paid.", money)),
            .optional("quoteId", .described("The offer whose price was taken instead of the list's.", id)),
        ])

    public static let discount = Schema.object(
        "Discount",
        [
            .required("grantId", id),
            .required(
                "percent",
                .integer(Int64(Discount.percentRange.lowerBound)...Int64(Discount.percentRange.upperBound))),
            .required("amount", money),
        ])

    private static let taxCharge = Schema.object(
        "TaxCharge",
        [.required("name", line("VAT")), .required("rateBasisPoints", basisPoints), .required("amount", money)])

    static let taxRate = Schema.object(
        "TaxRate",
        [.required("territory", territory), .required("name", line("VAT")), .required("rateBasisPoints", basisPoints)])

    public static let basisPoints = Schema.described(
        "Hundredths of a percent.",
        .integer(Int64(TaxRate.basisPointsRange.lowerBound)...Int64(TaxRate.basisPointsRange.upperBound)))
}
