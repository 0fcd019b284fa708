import type { Lexicon } from './types.ts';

/** European Portuguese. */
export const pt: Lexicon = {
  code: 'pt',
  quotes: ['«', '»'],
  and: 'e', or: 'ou', yes: 'sim', no: 'não',
  cities: {
    rome: 'Roma', milan: 'Milão', naples: 'Nápoles', paris: 'Paris', lyon: 'Lyon', marseille: 'Marselha', berlin: 'Berlim', munich: 'Munique', hamburg: 'Hamburgo', madrid: 'Madrid', barcelona: 'Barcelona', seville: 'Sevilha',
    lisbon: 'Lisboa', porto: 'o Porto', amsterdam: 'Amesterdão', rotterdam: 'Roterdão', stockholm: 'Estocolmo', gothenburg: 'Gotemburgo', london: 'Londres', oxford: 'Oxford', athens: 'Atenas', warsaw: 'Varsóvia', vienna: 'Viena', copenhagen: 'Copenhaga',
  },
  countries: {
    italy: 'a Itália|em Itália|da Itália', france: 'a França|em França|da França', germany: 'a Alemanha|na Alemanha|da Alemanha', spain: 'a Espanha|em Espanha|da Espanha', portugal: 'Portugal|em Portugal|de Portugal',
    netherlands: 'os Países Baixos|nos Países Baixos|dos Países Baixos', sweden: 'a Suécia|na Suécia|da Suécia', england: 'a Inglaterra|em Inglaterra|da Inglaterra', greece: 'a Grécia|na Grécia|da Grécia', poland: 'a Polónia|na Polónia|da Polónia',
    austria: 'a Áustria|na Áustria|da Áustria', denmark: 'a Dinamarca|na Dinamarca|da Dinamarca',
  },
  languages: { english: 'inglês', german: 'alemão', french: 'francês', italian: 'italiano', spanish: 'espanhol', portuguese: 'português', dutch: 'neerlandês', swedish: 'sueco', greek: 'grego', polish: 'polaco', danish: 'dinamarquês' },
  nouns: {
    ant: 'f formiga/formigas', bee: 'f abelha/abelhas', spider: 'f aranha/aranhas', mouse: 'm rato/ratos', frog: 'f rã/rãs', duck: 'm pato/patos', hen: 'f galinha/galinhas', rabbit: 'm coelho/coelhos', cat: 'm gato/gatos', fox: 'f raposa/raposas',
    dog: 'm cão/cães', wolf: 'm lobo/lobos', sheep: 'f ovelha/ovelhas', pig: 'm porco/porcos', lion: 'm leão/leões', bear: 'm urso/ursos', cow: 'f vaca/vacas', horse: 'm cavalo/cavalos', elephant: 'm elefante/elefantes', whale: 'f baleia/baleias',
    apple: 'f maçã/maçãs', banana: 'f banana/bananas', cherry: 'f cereja/cerejas', lemon: 'm limão/limões', pear: 'f pera/peras', tomato: 'm tomate/tomates', cucumber: 'm pepino/pepinos', potato: 'f batata/batatas', onion: 'f cebola/cebolas',
    salad: 'f salada', mushroom: 'm cogumelo/cogumelos', milk: 'm leite', coffee: 'm café', tea: 'm chá', bread: 'm pão', cheese: 'm queijo', rice: 'm arroz', egg: 'm ovo/ovos', soup: 'f sopa',
    leaf: 'f folha/folhas', honey: 'm mel', seed: 'f semente/sementes', fish: 'm peixe', meat: 'f carne', grass: 'f erva', insect: 'm inseto/insetos', water: 'f água',
    wood: 'f madeira', stone: 'f pedra', glass: 'm vidro', paper: 'm papel', wool: 'f lã', iron: 'm ferro', leather: 'm couro', cotton: 'm algodão',
    table: 'f mesa/mesas', chair: 'f cadeira/cadeiras', door: 'f porta/portas', wall: 'm muro/muros', bridge: 'f ponte/pontes', bottle: 'f garrafa/garrafas', window: 'f janela/janelas', book: 'm livro/livros', newspaper: 'm jornal/jornais',
    pullover: 'f camisola/camisolas', blanket: 'f manta/mantas', key: 'f chave/chaves', pot: 'f panela/panelas', bag: 'm saco/sacos', shoe: 'm sapato/sapatos', shirt: 'f camisa/camisas', towel: 'f toalha/toalhas',
    ball: 'f bola/bolas', hat: 'm chapéu/chapéus', cup: 'f chávena/chávenas', pen: 'f caneta/canetas', bicycle: 'f bicicleta/bicicletas', box: 'f caixa/caixas', basket: 'm cesto/cestos', cupboard: 'm armário/armários', drawer: 'f gaveta/gavetas',
    monday: 'f segunda-feira/segundas-feiras', tuesday: 'f terça-feira/terças-feiras', wednesday: 'f quarta-feira/quartas-feiras', thursday: 'f quinta-feira/quintas-feiras', friday: 'f sexta-feira/sextas-feiras', saturday: 'm sábado/sábados', sunday: 'm domingo/domingos',
    january: 'mp janeiro', february: 'mp fevereiro', march: 'mp março', april: 'mp abril', may: 'mp maio', june: 'mp junho', july: 'mp julho', august: 'mp agosto', september: 'mp setembro', october: 'mp outubro', november: 'mp novembro', december: 'mp dezembro',
    spring: 'f primavera', summer: 'm verão', autumn: 'm outono', winter: 'm inverno',
    leg: 'f pata/patas', coin: 'f moeda/moedas', mammal: 'm mamífero/mamíferos', bird: 'f ave/aves', fruit: 'f fruta/frutas', vegetable: 'm legume/legumes', drink: 'f bebida/bebidas', foodstuff: 'm alimento/alimentos',
    tree: 'f árvore/árvores', flower: 'f flor/flores', house: 'f casa/casas', child: 'f criança/crianças', friend: 'm amigo/amigos', person: 'f pessoa/pessoas', man: 'm homem/homens', woman: 'f mulher/mulheres', animal: 'm animal/animais',
    city: 'f cidade/cidades', country: 'm país/países', capital: 'f capital/capitais', language: 'f língua/línguas', colour: 'f cor/cores', number: 'm número/números', word: 'f palavra/palavras', sentence: 'f frase/frases',
    list: 'f lista/listas', letter: 'f carta/cartas', story: 'f história/histórias', poem: 'm poema/poemas', name: 'm nome/nomes', age: 'f idade/idades', profession: 'f profissão/profissões', food: 'f comida/comidas', price: 'm preço/preços', pet: 'm animal de estimação/animais de estimação',
    day: 'm dia/dias', month: 'm mês/meses', season: 'f estação/estações', year: 'm ano/anos', text: 'm texto/textos', question: 'f pergunta/perguntas', answer: 'f resposta/respostas', example: 'm exemplo/exemplos', sum: 'f soma/somas', line: 'f linha/linhas',
    sun: 'm sol/sóis', snow: 'f neve', material: 'm material/materiais',
  },
  professions: {
    baker: ['m padeiro/padeiros', 'f padeira/padeiras'], cook: ['m cozinheiro/cozinheiros', 'f cozinheira/cozinheiras'], teacher: ['m professor/professores', 'f professora/professoras'], doctor: ['m médico/médicos', 'f médica/médicas'],
    farmer: ['m agricultor/agricultores', 'f agricultora/agricultoras'], gardener: ['m jardineiro/jardineiros', 'f jardineira/jardineiras'], painter: ['m pintor/pintores', 'f pintora/pintoras'], singer: ['m cantor/cantores', 'f cantora/cantoras'],
    pilot: ['m piloto/pilotos', 'f piloto/pilotos'], carpenter: ['m carpinteiro/carpinteiros', 'f carpinteira/carpinteiras'], fisher: ['m pescador/pescadores', 'f pescadora/pescadoras'], waiter: ['m empregado de mesa/empregados de mesa', 'f empregada de mesa/empregadas de mesa'],
    librarian: ['m bibliotecário/bibliotecários', 'f bibliotecária/bibliotecárias'], mechanic: ['m mecânico/mecânicos', 'f mecânica/mecânicas'],
  },
  deeds: {
    baker: 'faz pão|faço pão', cook: 'prepara sopa|preparo sopa', teacher: 'ensina as crianças|ensino as crianças', doctor: 'trata os doentes|trato os doentes', farmer: 'cultiva batatas|cultivo batatas', gardener: 'planta flores|planto flores',
    painter: 'pinta quadros|pinto quadros', singer: 'canta canções|canto canções', pilot: 'pilota aviões|piloto aviões', carpenter: 'faz mesas|faço mesas', fisher: 'pesca peixes|pesco peixes', waiter: 'serve café|sirvo café',
    librarian: 'empresta livros|empresto livros', mechanic: 'repara carros|reparo carros',
  },
  places: {
    bakery: 'numa padaria', restaurant: 'num restaurante', school: 'numa escola', hospital: 'num hospital', farm: 'numa quinta', garden: 'num jardim', studio: 'num estúdio', theatre: 'num teatro', airport: 'num aeroporto',
    workshop: 'numa carpintaria', harbour: 'num porto', cafe: 'num café', library: 'numa biblioteca', garage: 'numa oficina', forest: 'na floresta', water: 'perto da água', house: 'em casa', savanna: 'na savana', sea: 'no mar',
    market: 'no mercado', park: 'no parque', station: 'na estação', museum: 'no museu', zoo: 'no jardim zoológico',
  },
  seasons: { spring: 'na primavera', summer: 'no verão', autumn: 'no outono', winter: 'no inverno' },
  voices: { bee: 'zumbe', frog: 'coaxa', duck: 'grasna', hen: 'cacareja', cat: 'mia', dog: 'ladra', wolf: 'uiva', sheep: 'bale', pig: 'grunhe', lion: 'ruge', bear: 'brame', cow: 'muge', horse: 'relincha' },
  colours: { red: 'vermelho/vermelha/vermelhos/vermelhas', blue: 'azul/azuis', green: 'verde/verdes', yellow: 'amarelo/amarela/amarelos/amarelas', black: 'preto/preta/pretos/pretas', white: 'branco/branca/brancos/brancas', brown: 'castanho/castanha/castanhos/castanhas', grey: 'cinzento/cinzenta/cinzentos/cinzentas' },
  adjectives: {
    big: 'grande/grandes', small: 'pequeno/pequena/pequenos/pequenas', hard: 'duro/dura/duros/duras', soft: 'macio/macia/macios/macias', heavy: 'pesado/pesada/pesados/pesadas', light: 'leve/leves', tall: 'alto/alta/altos/altas', short: 'baixo/baixa/baixos/baixas',
    old: 'velho/velha/velhos/velhas', young: 'jovem/jovens', good: 'bom/boa/bons/boas', new: 'novo/nova/novos/novas', fast: 'rápido/rápida/rápidos/rápidas', slow: 'lento/lenta/lentos/lentas', happy: 'feliz/felizes', long: 'longo/longa/longos/longas', howMany: 'quanto/quanta/quantos/quantas',
  },
  verbs: {
    write: 'escrever/escreve/escrevo/escreve', say: 'dizer/diz/digo/diz', list: 'enumerar/enumera/enumero/enumera', repeat: 'repetir/repete/repito/repete', name: 'nomear/nomeia/nomeio/nomeia', translate: 'traduzir/traduz/traduzo/traduz',
    double: 'duplicar/duplica/duplico/duplica', answer: 'responder/responde/respondo/responde', count: 'contar/conta/conto/conta', sort: 'ordenar/ordena/ordeno/ordena', reverse: 'inverter/inverte/inverto/inverte', describe: 'descrever/descreve/descrevo/descreve',
    tell: 'contar/conta/conto/conta', read: 'ler/lê/leio/lê', add: 'somar/soma/somo/soma', choose: 'escolher/escolhe/escolho/escolhe', complete: 'completar/completa/completo/completa', correct: 'corrigir/corrige/corrijo/corrige',
    explain: 'explicar/explica/explico/explica', compare: 'comparar/compara/comparo/compara', give: 'dar/dá/dou/dá', take: 'tomar/toma/tomo/toma', play: 'brincar/brinca/brinco/brinca', find: 'encontrar/encontra/encontro/encontra', show: 'mostrar/mostra/mostro/mostra',
    use: 'usar/usa/uso/usa', begin: 'começar/começa/começo/começa', be: 'ser/sê/sou/é',
  },
  interrogatives: { who: 'quem', what: 'o que', where: 'onde', when: 'quando', why: 'porque', how: 'como', howMany: 'quantos', howMuch: 'quanto', howOld: 'quantos anos', which: 'qual' },
  notation: { list: 'lista', reversed: 'invertido', sorted: 'ordenado', first: 'primeiro', last: 'último', length: 'comprimento', print: 'imprime', repeat: 'repete', double: 'duplica', sum: 'soma', count: 'número', biggest: 'máximo', smallest: 'mínimo' },
  particles: {
    hello: 'olá', goodbye: 'adeus', thanks: 'obrigado', please: 'por favor', now: 'agora', next: 'depois', also: 'também', only: 'só', again: 'outra vez', true: 'verdadeiro', false: 'falso', backwards: 'ao contrário', times: 'vezes', not: 'não', but: 'mas', because: 'porque',
    first: 'primeiro', last: 'por fim',
  },
};
