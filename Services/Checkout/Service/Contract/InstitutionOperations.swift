internal import Contracts
internal import HTTPServer
internal import Messaging
internal import ServiceShell

extension Operation {
    static let readInstitution = Operation(
        "readInstitution", "An institution", details: "One's own; an operator's are all.", access: .anyRole,
        parameters: [.path("id", .id, says: "The institution's id.")],
        answers: [.json(.institution, says: "The institution as it stands.")], problems: [.notFound] + .ofDatabase)
}
