internal import CheckoutDomain
internal import FilmClubModel
internal import HTTPServer
internal import JSON
internal import Messaging
internal import ServiceShell

/// `POST /v1/invoices/{id}/payments`: an operator records what the bank says.
struct PaymentRoutes: Sendable {
    static let bodyBytesMax = 4 * 1_024
    static let referenceScalarsMax = 140

    let authenticator: Authenticator
    let recordPayment: RecordPayment

    func register(in router: inout Router) {
        router.post("/v1/invoices/{id}/payments", .recordPayment) { try await record($0) }
    }

    private func record(_ request: Request) async throws -> Response {
        _ = try authenticator.require(.operator, of: request)
        let invoice = try request.parameter("id") { try? InvoiceID($0) }
        let key = try IdempotencyKey(request)
        let body = try request.decoded(as: PaymentBody.self)
        do {
            let answer = try await Problem.forDatabase {
                try await recordPayment(
                    RecordPayment.Command(
                        invoice: invoice, key: key, amount: body.amount, reference: body.reference,
                        receivedOn: body.receivedOn))
            }
            return .json(
                answer.body, status: answer.status,
                headers: ["Location": answer.location, "Cache-Control": "no-store"])
        } catch is RecordPayment.Unknown {
            throw Problem.notFound("There is no such invoice.")
        } catch let refusal as PaymentRefusal {
            throw Problem(refusal)
        }
    }
}

private struct PaymentBody: Decodable {
    let amount: Money
    let reference: String
    let receivedOn: CalendarDay

    private enum Member: String, CodingKey, CaseIterable {
        case amount, reference, receivedOn
    }

    private enum MoneyMember: String, CodingKey, CaseIterable {
        case minorUnits, currency
    }

    private struct Amount: Decodable {
        let money: Money

        init(from decoder: any Decoder) throws {
            let members = try BodyMembers<MoneyMember>(decoder)
            money = Money(minorUnits: try members.decode(.minorUnits), currency: try members.decode(.currency))
            guard (1...PriceList.minorUnitsMax).contains(money.minorUnits) else {
                throw members.refusal(
                    of: .minorUnits, "A payment is from 1 to \(PriceList.minorUnitsMax) minor units.")
            }
        }
    }

    init(from decoder: any Decoder) throws {
        let members = try BodyMembers<Member>(decoder)
        amount = try members.decode(.amount, as: Amount.self).money
        reference = try members.line(.reference, scalarsMax: PaymentRoutes.referenceScalarsMax)
        receivedOn = try members.decode(.receivedOn)
    }
}

extension Problem {
    fileprivate init(_ refusal: PaymentRefusal) {
        switch refusal {
        case .settled:
            self.init(.invoiceSettled, detail: "Nothing is left to be paid of this invoice. Nothing was recorded.")
        case .currencyDiffers(let currency):
            self.init(
                .currencyDiffers, detail: "The invoice is in \(currency). Nothing was recorded.",
                members: ["currency": .string(currency.text)])
        case .exceedsBalance(let balance):
            self.init(
                .paymentExceedsBalance, detail: "\(balance) is left to be paid. Nothing was recorded.",
                members: [
                    "balance": [
                        "minorUnits": .integer(balance.minorUnits), "currency": .string(balance.currency.text),
                    ]
                ])
        }
    }
}
