internal import CartDomain
internal import FilmClubModel
internal import HTTPServer
internal import JSON

/// Every reason why a cart is not opened or changed, as clients see it.
extension Problem {
    init(_ refusal: CartRefusal) {
        let type = refusal.problem
        switch refusal {
        case .institutionUnknown:
            self.init(type, detail: "The token's institution is not one of ours.")
        case .programmeUnknown(let name):
            self.init(type, detail: "There is no programme \(name).", members: ["programmeId": .string(name)])
        case .programmeNotOffered(let territory):
            self.init(
                type,
                detail: "The programme is not offered to institutions of this type in \(territory).",
                members: ["territory": .string(territory.text)])
        case .filmUnknown(let film):
            self.init(type, "There is no such film.", film)
        case .filmWithdrawn(let film):
            self.init(type, "The film is no longer for sale.", film)
        case .filmNotLicensed(let film, let territory):
            self.init(type, "The film may not be screened in \(territory).", film)
        case .full(let slots):
            self.init(
                type, detail: "All \(slots) slots are taken. Remove a film to choose another one.",
                members: ["slots": .integer(Int64(slots))])
        case .closed(let order):
            self.init(
                type, detail: "An order was placed for the cart. It changes no more.",
                members: ["orderId": .string(order.text)])
        }
    }

    private init(_ type: ProblemType, _ detail: String, _ film: FilmID) {
        self.init(type, detail: detail, members: ["filmId": .string(film.text)])
    }
}

extension CartRefusal {
    /// The refusal in one word: the end of the problem's type, and the metric's label.
    var word: String { problem.name }

    fileprivate var problem: ProblemType {
        switch self {
        case .institutionUnknown: .institutionUnknown
        case .programmeUnknown: .programmeUnknown
        case .programmeNotOffered: .programmeNotOffered
        case .filmUnknown: .filmUnknown
        case .filmWithdrawn: .filmWithdrawn
        case .filmNotLicensed: .filmNotLicensed
        case .full: .cartFull
        case .closed: .cartClosed
        }
    }
}
